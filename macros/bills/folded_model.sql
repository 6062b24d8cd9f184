{# A text of a bill as words in small letters with one blank between them: "USE1-NovaPro" and "Nova 2.0" alike.
   A dot stays between digits alone, and a version's ".0" says nothing. "Command R+" is not "Command R". #}
{% macro separate_words(text) -%}
    {%- set words = replace_all(text, '([a-z])([A-Z])', '\\1 \\2') -%}
    {%- set words = "replace(lower(" ~ words ~ "), '+', ' plus ')" -%}
    {%- set words = replace_all(words, '[.]0([^0-9.]|$)', '\\1') -%}
    {%- set words = replace_all(words, '([^0-9])[.]', '\\1 ') -%}
    {%- set words = replace_all(words, '[.]([^0-9]|$)', ' \\1') -%}
    {%- set words = replace_all(words, '[^a-z0-9.~]+', ' ') -%}
    trim({{ words }})
{%- endmacro %}

{# Such words without what parts them. Versions keep their digits apart: 4-5, 4 5 and 4.5 are alike, 45 is not.
   Twice, because a match cannot begin with the digit that ended the one before. #}
{% macro joined_words(words) -%}
    {%- set joined = replace_all(words, '([0-9]) ([0-9])', '\\1.\\2') -%}
    replace({{ replace_all(joined, '([0-9]) ([0-9])', '\\1.\\2') }}, ' ', '')
{%- endmacro %}

{# The name of a model as bills, logs and lists write it, so that they can be compared. #}
{% macro folded_model(text) -%}
    {{ joined_words(separate_words(text)) }}
{%- endmacro %}

{# A folded name without its geography and its maker: "us.anthropic.claude-sonnet-4-5", "OpenAI GPT-6 Astra". #}
{% macro without_maker(folded) -%}
    regexp_replace(
        {{ folded }},
        '^(us|eu|apac|jp|au|ca|in|usgov|global)?(anthropic|amazon|meta|openai|google|coherelabs|cohere|mistralai|'
        || 'ai21labs|ai21|deepseekai|xai|nvidia|moonshotai|minimaxai|zaiorg|zai|writer)', ''
    )
{%- endmacro %}

{# A name in a list of models without what tells editions of one model apart: date, first version, host's ending,
   preview. Where that leaves one name for two models, nothing is found by it. #}
{% macro without_edition(model_name) -%}
    {%- set name = "regexp_replace(" ~ model_name ~ ", '[-@]20[0-9][0-9]-?[01][0-9]-?[0-3][0-9]', '')" -%}
    {%- set name = "regexp_replace(" ~ name ~ ", '(-v1)?:0$', '')" -%}
    {%- set name = replace_all(name, '([0-9].*)-v[0-9]+:[0-9]+$', '\\1') -%}
    regexp_replace({{ name }}, '(-instruct|-preview)?(-maas|@[0-9]+)?$', '')
{%- endmacro %}

{# Such a name without the maker in front of it: meta.llama3-8b, qwen/qwen3-32b. #}
{% macro without_prefix(model_name) -%}
    {{ replace_all("regexp_replace(" ~ model_name ~ ", '^[a-z0-9-]+/', '')", '^[a-z][a-z0-9]*[.]([a-z])', '\\1') }}
{%- endmacro %}
