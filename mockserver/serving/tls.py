"""TLS: the certificate of the mock, its own or one of a throw-away authority."""

from __future__ import annotations

import shutil
import ssl
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Certificate(NamedTuple):
    """A certificate. Without a `key`, its file has the key, too. Clients must trust the `authority` if there is one."""

    file: Path
    key: Path | None = None
    authority: Path | None = None


class CertificateError(Exception):
    """A certificate is unusable. The text says why."""


def own(file: Path, key: Path | None) -> Certificate:
    """Return a certificate in files. Raises CertificateError."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file, key, lambda: "")
    except ssl.SSLError as error:
        files = f"{file} and {key}" if key else str(file)
        reason = error.reason or "the private key is encrypted"
        hint = "" if key else ", or give its key with --tls-key"
        raise CertificateError(
            f"{files}: no certificate with its key in PEM ({reason}): check the files{hint}"
        ) from None
    except OSError as error:
        missing = error.filename or next((each for each in (file, key) if each and not each.exists()), file)
        raise CertificateError(f"{missing} cannot be read: {error.strerror or error}") from None
    return Certificate(file, key)


@contextmanager
def throw_away(names: Iterable[str]) -> Iterator[Certificate]:
    """Yield a certificate for names and addresses by a new authority; their files are removed at the end.

    Raises ImportError without the extra `tls`.
    """
    import trustme

    authority = trustme.CA(organization_name="smsonline-mock")
    issued = authority.issue_cert(*dict.fromkeys(names))
    folder = Path(mkdtemp(prefix="smsonline-mock-"))
    try:
        made = Certificate(folder / "server.pem", authority=folder / "ca.pem")
        issued.private_key_and_cert_chain_pem.write_to_path(str(made.file))
        authority.cert_pem.write_to_path(str(made.authority))
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)
