select
    {{ statement_line_columns() | join(',\n    ') }}
from {{ ref('int_statement_lines') }}
