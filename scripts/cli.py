"""What AI costs, who caused it, and whether the bill is right: `ai-cost <verb>`.

A verb is the click command `command` in the module of `scripts/commands` with its name. The list of
verbs shows the first lines of these modules' docstrings, and only the one asked for is imported.

Exit codes, of every verb: 0 fine; 1 something failed or was refused; 2 something must be set
right first; 130 interrupted.
"""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import click

from scripts.errors import UserError, said_of

PROGRAM = "ai-cost"
LOG_FORMAT = "--log-format"
COMMANDS = Path(__file__).resolve().parent / "commands"


class Verbs(click.Group):
    """The modules of a folder as subcommands; a folder in it is a group of its own."""

    def __init__(self, folder: Path, **settings) -> None:
        super().__init__(no_args_is_help=True, **settings)
        self._folder = folder

    def _places(self) -> dict[str, Path]:
        """Where each verb is: a module, or a folder of verbs."""
        found = {}
        for path in sorted(self._folder.iterdir()):
            if path.stem[0] not in "._":
                # `import` is a word of Python itself, so its folder has an underscore behind it.
                found[path.stem.strip("_").replace("_", "-")] = path
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the verbs."""
        return list(self._places())

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the verb's module; None when there is no such verb."""
        place = self._places().get(self._meant(name))
        if place is None:
            return None
        if place.is_dir():
            return Verbs(place, name=name, help=_first_line(place))
        parts = place.with_suffix("").relative_to(COMMANDS.parents[1]).parts
        return importlib.import_module(".".join(parts)).command

    def resolve_command(self, ctx: click.Context, args: list[str]):
        """Take the first word for the verb, unless it is what the verb is about."""
        meant = self._meant(args[0])
        return super().resolve_command(ctx, args if meant == args[0] else [meant, *args])

    def _meant(self, name: str) -> str:
        """`close 2026-07` is `close month 2026-07`: in a folder with a verb `month`."""
        return "month" if name[:1].isdigit() and "month" in self._places() else name

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs by the first lines of their docstrings, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_line(at)) for name, at in self._places().items()])


def _first_line(place: Path) -> str:
    """The first line of a module's or folder's docstring, read without running it."""
    file = place / "__init__.py" if place.is_dir() else place
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n")[0]


def _begin_log(ctx: click.Context, param: click.Parameter, form: str) -> None:
    from scripts import log  # only here: most runs have no log

    if form == "json" and not ctx.resilient_parsing:
        log.begin(_asked(ctx.obj))


app = Verbs(
    COMMANDS,
    name=PROGRAM,
    params=[
        click.Option(
            [LOG_FORMAT],
            type=click.Choice(["text", "json"]),
            default="text",
            envvar="AI_COST_LOG_FORMAT",
            expose_value=False,
            callback=_begin_log,
            help="How to write what happens: as text, or as JSON lines on standard error.",
        )
    ],
    # without the paragraph on modules
    help="\n\n".join(__doc__.split("\n\n")[::2]),
    context_settings={"max_content_width": 100},
)


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; return its exit code. What a user can set right is said in one sentence."""
    arguments = sys.argv[1:] if arguments is None else arguments
    code = 1
    try:
        code = _ended(arguments)
    except Exception as error:
        if not (log := _log_in_use()):
            raise
        log.crashed(error)
    finally:
        if log := _log_in_use():
            log.end(code)
    return code


def _log_in_use():
    """The module of the log as JSON, where a command began one."""
    log = sys.modules.get("scripts.log")
    return log if log and log.is_json() else None


def _ended(arguments: list[str]) -> int:
    try:
        return (
            app.main(arguments, prog_name=PROGRAM, standalone_mode=False, obj=list(arguments)) or 0
        )
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        asked = _asked(arguments)
        _complain(f"{asked}: {error.format_message()} See {asked} --help")
        return 2
    except UserError as error:
        _complain(f"{_asked(arguments)}: {error}")
        return error.exit_code
    except OSError as error:
        _complain(f"{_asked(arguments)}: {said_of(error)}")
        return 2
    except (click.Abort, KeyboardInterrupt):
        _complain(f"{_asked(arguments)}: interrupted")
        return 130


def _asked(arguments: list[str]) -> str:
    """The program and the verb that the arguments begin with."""
    words, here, left = [PROGRAM], app, list(arguments)
    while left and left[0].startswith(LOG_FORMAT):
        del left[: 1 if "=" in left[0] else 2]
    for word in left:
        here = here.get_command(None, word) if isinstance(here, Verbs) else None
        if here is None:
            break
        words.append(word)
    return " ".join(words)


def _complain(text: str) -> None:
    from scripts.console import complain  # only here: most runs have nothing to complain of

    complain(text)


if __name__ == "__main__":
    sys.exit(main())
