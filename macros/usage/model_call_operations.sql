{# The operations that always call a model, by the words of OpenTelemetry, LiteLLM, OpenLLMetry, OpenInference, the
   AI SDK and Langfuse. They matter only for a span without usage, such as a failed call: a span with usage counts by its
   usage, whatever it is called. #}
{% macro model_call_operations() -%}
    ('chat', 'completion', 'text_completion', 'generate_content', 'embedding', 'embeddings', 'llm', 'messages',
    'responses', 'rerank', 'reranker', 'image_generation', 'speech', 'transcription', 'acompletion', 'atext_completion',
    'aembedding', 'aresponses', 'arerank', 'aimage_generation', 'aspeech', 'atranscription', 'anthropic_messages',
    'ai.generatetext.dogenerate', 'ai.streamtext.dostream', 'ai.generateobject.dogenerate',
    'ai.streamobject.dostream', 'generation', 'ai.embed.doembed', 'ai.embedmany.doembed')
{%- endmacro %}
