"""What each generator of clients needs, and the commands that a user of it would type."""

from __future__ import annotations

from typing import NamedTuple

DOCUMENTS = ("v3", "v2")

TYPESCRIPT = ("typescript@5.9.3", "@types/node@20.19.43")
NODE = "node@22.23.3"
"""For generators that need a younger Node than the others."""

HTTPX = "httpx==0.28.1"
MYPY = "mypy==2.4.1"
PYDANTIC = "pydantic==2.14.4"

OPENAPI_GENERATOR = "openapi-generator-cli==7.26.0"


class Recipe(NamedTuple):
    """How a client is generated, checked with its types, and run. The commands are of bash, in a folder of their own.

    There lie the documents, such as `v3.json`, the files of the recipe's folder here, and what is installed; `generate`
    is called for each document, with its name as `$name`. `package` is the generator, whatever else is installed.
    """

    name: str
    package: str
    npm: tuple[str, ...]
    pip: tuple[str, ...]
    generate: str
    check: str
    run: str

    @property
    def version(self) -> str:
        """The version of the generator."""
        return self.package.replace("==", "@").rpartition("@")[2]


def _typescript(name: str, package: str, generate: str, *npm: str, pip: tuple[str, ...] = ()) -> Recipe:
    """Return the recipe of a client in TypeScript; tsconfig.json is strict."""
    return Recipe(name, package, (*npm, *TYPESCRIPT), pip, generate, "tsc", "node build/life.js")


def _python(name: str, package: str, generate: str, *pip: str, check: str = "mypy --strict .") -> Recipe:
    """Return the recipe of a client in Python."""
    exclude = "--exclude '^(environment|node_modules)/'"
    return Recipe(name, package, (), (package, MYPY, *pip), generate, f"{check} {exclude}", "python life.py")


RECIPES = (
    _typescript(
        "openapi-typescript",
        "openapi-typescript@7.13.0",
        "openapi-typescript $name.json --default-non-nullable=false --output $name.d.ts",
        "openapi-typescript@7.13.0",
        "openapi-fetch@0.17.0",
    ),
    _typescript(
        "hey-api",
        "@hey-api/openapi-ts@0.99.0",
        "openapi-ts --no-log-file --input $name.json --output $name",
        "@hey-api/openapi-ts@0.99.0",
        NODE,
    ),
    _typescript("orval", "orval@8.38.0", "orval --config orval.config.mjs --project $name", "orval@8.38.0", NODE),
    _typescript(
        "openapi-generator-typescript",
        OPENAPI_GENERATOR,
        "openapi-generator-cli generate --generator-name typescript-fetch --input-spec $name.json --output $name"
        " --additional-properties importFileExtension=.js",
        pip=(OPENAPI_GENERATOR,),
    ),
    _python(
        "openapi-python-client",
        "openapi-python-client==0.29.1",
        "openapi-python-client generate --meta none --config config.yaml"
        " --path $name.json --output-path smsonline_$name",
    ),
    _python(
        "datamodel-code-generator",
        "datamodel-code-generator==0.89.0",
        "datamodel-codegen --input $name.json --input-file-type openapi --output $name.py"
        " --output-model-type pydantic_v2.BaseModel --target-python-version 3.11"
        " --use-annotated --collapse-root-models --formatters builtin",
        PYDANTIC,
        HTTPX,
    ),
    _python(
        "openapi-generator-python",
        OPENAPI_GENERATOR,
        "openapi-generator-cli generate --generator-name python --input-spec $name.json --output made-$name"
        " --additional-properties packageName=smsonline_$name\n"
        "mv made-$name/smsonline_$name .\n"
        # It compares a boolean with the text of one, and so would take no answer for a success or a failure.
        """sed -i "s/set(\\['true'\\])/{True}/; s/set(\\['false'\\])/{False}/" smsonline_$name/models/*.py""",
        PYDANTIC,
        "urllib3==2.8.0",
        "python-dateutil==2.9.0.post0",
        # What it generates is typed, but not so that it would stand a strict check itself.
        check="mypy --strict --follow-imports silent life.py",
    ),
    Recipe(
        "openapi-generator-java",
        OPENAPI_GENERATOR,
        (),
        (OPENAPI_GENERATOR,),
        "openapi-generator-cli generate --generator-name java --library native --input-spec $name.json --output $name"
        " --additional-properties openApiNullable=false,hideGenerationTimestamp=true"
        ",apiPackage=client.$name.api,modelPackage=client.$name.model,invokerPackage=client.$name",
        # The generator has in it the libraries that its clients need.
        "ln -s $(find . -name openapi-generator.jar) libraries.jar\n"
        "javac -cp libraries.jar -d classes Life.java Generated.java $(find v?/src/main -name '*.java')",
        "java -cp classes:libraries.jar Life",
    ),
)
