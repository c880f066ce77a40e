"""Logging in, roles, directories of users, certificates."""

from __future__ import annotations

from lifeguard.rules.sentences.sentence import Sentence, table

_DIRECTORY = table("""
ALREADY_ENABLED | a directory for users is set up already | Leave it first.
DISABLE_FAILED | the directory could not be left: {m} | Check the network to it.
DISABLE_FAILED_INVALID_ACCOUNT | the directory does not know the account: {m} | Use another account.
DISABLE_FAILED_PERMISSION_DENIED | the account may not remove computers from the directory: {m} | Use another account.
DISABLE_FAILED_WRONG_CREDENTIALS | the directory did not accept name and password: {m} | Correct them.
ENABLE_FAILED | the directory could not be joined: {m} | Check its name, the clock and the network.
ENABLE_FAILED_DOMAIN_LOOKUP_FAILED | the domain was not found: {m} | Check its name and the DNS servers.
ENABLE_FAILED_DUPLICATE_HOSTNAME | another computer of the directory has the same name: {m} | Rename the server.
ENABLE_FAILED_INVALID_ACCOUNT | the directory does not know the account: {m} | Use another account.
ENABLE_FAILED_INVALID_OU | there is no such organisational unit: {m} | Correct it.
ENABLE_FAILED_INVALID_TRUSTED_CERTS | the trusted certificates do not fit the directory: {m} | Install the right ones.
ENABLE_FAILED_NO_SUPPORT_ENCRYPT_TYPE | the directory offers no encryption that the server knows
    | Allow a current one there.
ENABLE_FAILED_NO_TRUSTED_CERTS | no certificate is trusted for the directory: {m} | Install one first.
ENABLE_FAILED_PERMISSION_DENIED | the account may not add computers to the directory: {m} | Use another account.
ENABLE_FAILED_SETUP_TLS_CONNECTION | no secure connection to the directory: {m} | Check its certificate.
ENABLE_FAILED_UNAVAILABLE | the directory does not answer: {m} | Check the network to it.
ENABLE_FAILED_WRONG_CREDENTIALS | the directory did not accept name and password: {m} | Correct them.
""")


def _as(prefix: str, where: str, message: str) -> dict[str, Sentence]:
    """The same troubles as a host tells them, or as a pool does that names the host first."""
    return {
        f"{prefix}_{code}": Sentence(where + said.reason.replace("{m}", message), said.remedy)
        for code, said in _DIRECTORY.items()
    }


ACCESS = _as("AUTH", "", "{0}") | _as("POOL_AUTH", "on {0}: ", "{1}") | table("""
AUTH_INVALID_TRUSTED_CERTS | the trusted certificates do not fit: {0} | Install the right ones.
AUTH_IS_DISABLED | no directory for users is set up | Join one first.
AUTH_NO_TRUSTED_CERTS | no certificate is trusted for this: {0} | Install one first.
AUTH_SERVICE_ERROR | the service that asks the directory failed: {0} | Try again; see the server's log.
AUTH_SETUP_TLS_CONNECTION | no secure connection to the directory: {0} | Check its certificate.
AUTH_SET_LDAPS_FAILED | {0} could not change how it asks the directory: {1} | Check the directory's certificate.
AUTH_UNKNOWN_TYPE | there is no kind of directory called {0} | Choose another one.
CA_CERTIFICATE_EXPIRED | the authority's certificate has expired | Install a current one.
CA_CERTIFICATE_INVALID | this is no certificate of an authority | Choose another file.
CA_CERTIFICATE_NOT_VALID_YET | the authority's certificate is not valid yet | Check the clocks.
CERTIFICATE_ALREADY_EXISTS | a certificate {0} is installed already | Remove it first, or use another name.
CERTIFICATE_CORRUPT | the certificate {0} cannot be read | Install it again.
CERTIFICATE_DOES_NOT_EXIST | there is no certificate {0} | Install it first.
CERTIFICATE_LACKS_PURPOSE | the certificate is not made for this purpose | Use another one.
CERTIFICATE_LIBRARY_CORRUPT | the store of certificates is damaged | Restore it on the server.
CERTIFICATE_NAME_INVALID | {0} is no name for a certificate | Use letters, digits and hyphens.
CERT_REFRESH_IN_PROGRESS | certificates are being renewed | Wait until it has ended.
CHANGE_PASSWORD_REJECTED | the new password was refused: {0} | Choose another one.
CRL_ALREADY_EXISTS | a revocation list {0} is installed already | Remove it first.
CRL_CORRUPT | the revocation list {0} cannot be read | Install it again.
CRL_DOES_NOT_EXIST | there is no revocation list {0}
CRL_NAME_INVALID | {0} is no name for a revocation list | Use letters, digits and hyphens.
DISABLE_SSH_FAILED | SSH could not be switched off on {0} | See the server's log.
DISABLE_SSH_PARTIALLY_FAILED | SSH could not be switched off on {0} | Try those servers again.
ENABLE_SSH_FAILED | SSH could not be switched on on {0} | See the server's log.
ENABLE_SSH_PARTIALLY_FAILED | SSH could not be switched on on {0} | Try those servers again.
ILLEGAL_IN_FIPS_MODE | this is forbidden in FIPS mode
NOT_TRUSTED_CERTIFICATE | the certificate {0} is not trusted | Install it as trusted first.
PERMISSION_DENIED | this is not permitted: {0} | Log in as somebody who may.
RBAC_PERMISSION_DENIED | your role does not allow this ({0}); it takes: {1} | Run it as a user with that role.
ROLE_ALREADY_EXISTS | the user has that role already
ROLE_NOT_FOUND | there is no such role | Choose another one.
SERVER_CERTIFICATE_CHAIN_INVALID | the chain of certificates is not sound | Include every certificate in order.
SERVER_CERTIFICATE_EXPIRED | the certificate expired at {1} (now {0}) | Install a current one.
SERVER_CERTIFICATE_INVALID | this is no certificate | Choose another file.
SERVER_CERTIFICATE_KEY_ALGORITHM_NOT_SUPPORTED | keys of kind {0} are not supported | Use an RSA key.
SERVER_CERTIFICATE_KEY_INVALID | the key cannot be read | Choose another file.
SERVER_CERTIFICATE_KEY_MISMATCH | certificate and key do not belong together | Choose a matching pair.
SERVER_CERTIFICATE_KEY_RSA_LENGTH_NOT_SUPPORTED | keys of {0} bits are not supported | Use 2048 to 4096 bits.
SERVER_CERTIFICATE_KEY_RSA_MULTI_NOT_SUPPORTED | keys of several primes are not supported | Use an ordinary RSA key.
SERVER_CERTIFICATE_NOT_VALID_YET | the certificate is valid only from {1} (now {0}) | Check the clocks.
SERVER_CERTIFICATE_SIGNATURE_NOT_SUPPORTED | the certificate is signed in a way that is not supported
    | Use SHA-256 or better.
SESSION_AUTHENTICATION_FAILED | the server did not accept user name and password | Check both.
SESSION_AUTHORIZATION_FAILED | {0} may not log in here: {1} | Give the user a role in this pool.
SESSION_INVALID | the server has ended this session | Connect again.
SESSION_NOT_REGISTERED | the session listens to no events | Connect again.
SET_CONSOLE_TIMEOUT_PARTIALLY_FAILED | the console time-out was not set on {0} | Try those servers again.
SET_SSH_AUTO_MODE_PARTIALLY_FAILED | SSH's automatic mode was not set on {0} | Try those servers again.
SET_SSH_TIMEOUT_PARTIALLY_FAILED | the SSH time-out was not set on {0} | Try those servers again.
SSL_VERIFY_ERROR | the certificate was not accepted: {0} | Check certificates and clocks.
SUBJECT_ALREADY_EXISTS | the user has been added already
SUBJECT_CANNOT_BE_RESOLVED | the directory does not know that user | Check the spelling.
TLS_CONNECTION_FAILED | no secure connection to {0}, port {1} | Check address and certificate.
TLS_VERIFICATION_ENABLE_IN_PROGRESS | certificate checks are being switched on | Wait until it has ended.
TLS_VERIFICATION_NOT_ENABLED_IN_POOL | the pool does not check certificates | Switch that on first.
TRUSTED_CERTIFICATE_ALREADY_EXISTS | a certificate with fingerprint {0} is trusted already
TRUSTED_CERTIFICATE_EXPIRED | the certificate expired at {1} (now {0}) | Install a current one.
TRUSTED_CERTIFICATE_INVALID | this is no certificate | Choose another file.
TRUSTED_CERTIFICATE_NOT_VALID_YET | the certificate is valid only from {1} (now {0}) | Check the clocks.
USER_IS_NOT_LOCAL_SUPERUSER | only the local root user may do this: {0} | Log in as root.
""")
