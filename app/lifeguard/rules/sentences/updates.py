"""Updates, patches and the repositories they come from."""

from __future__ import annotations

from lifeguard.rules.sentences.sentence import table

UPDATES = table("""
APPLY_GUIDANCE_FAILED | what the update asks for could not be done: {0}
    | Do it by hand: restart the toolstack, the VM or the server.
APPLY_LIVEPATCH_FAILED | the live patch {0} was not applied | Reboot the server instead.
APPLY_UPDATES_FAILED | the updates were not applied to {0} | See the server's log, then try again.
APPLY_UPDATES_IN_PROGRESS | updates are being applied | Wait until it has ended.
BLOCKED_REPO_URL | the address {0} is not allowed | Use another repository.
BUNDLE_REPOSITORY_ALREADY_EXISTS | there is a bundle repository already: {0} | Use that one.
BUNDLE_REPO_NOT_ENABLED | the bundle repository is not enabled | Enable it first.
BUNDLE_SYNC_FAILED | the bundle could not be taken in | Upload it again.
BUNDLE_UNPACK_FAILED | the bundle cannot be unpacked: {0} | Get it again.
CANNOT_FETCH_PATCH | the patch {0} could not be fetched | Check the network, then try again.
CANNOT_FIND_OEM_BACKUP_PARTITION | the backup partition is missing | Reinstall the server.
CANNOT_FIND_PATCH | the patch is not there | Upload it again.
CANNOT_FIND_STATE_PARTITION | the state partition is missing | Reinstall the server.
CANNOT_FIND_UPDATE | the update is not there | Upload it again.
CAN_NOT_PERIODIC_SYNC_UPDATES | updates cannot be looked for regularly with these repositories
    | Use remote repositories.
CAN_NOT_SYNC_UPDATES | updates cannot be looked for with these repositories | Check which are enabled.
CONFIGURE_REPOSITORIES_IN_PROGRESS | the repositories are being set up | Wait until it has ended.
CREATEREPO_FAILED | the pool's repository could not be made | See whether the coordinator's disk is full.
GET_HOST_UPDATES_FAILED | {0} could not say which updates it needs | See the server's log.
GET_UPDATES_FAILED | the list of updates could not be read | Synchronise again.
GET_UPDATES_IN_PROGRESS | updates are being looked for | Wait until it has ended.
INVALID_BASE_URL | {0} is no address of a repository | Correct it.
INVALID_GPGKEY_PATH | {0} is no place for a signing key | Correct it.
INVALID_PATCH | this is no patch | Choose another file.
INVALID_PATCH_WITH_LOG | this is no patch: {0} | Choose another file.
INVALID_REPOMD_XML | the repository's index cannot be read | Synchronise again.
INVALID_REPOSITORY_DOMAIN_ALLOWLIST | these domains are not valid: {0} | Correct the list.
INVALID_REPOSITORY_PROXY_CREDENTIAL | the proxy's user name or password is not valid | Correct them.
INVALID_REPOSITORY_PROXY_URL | {0} is no address of a proxy | Correct it.
INVALID_UPDATE | this is no update: {0} | Choose another file.
INVALID_UPDATEINFO_XML | the description of the updates cannot be read | Synchronise again.
INVALID_UPDATE_SYNC_DAY | {0} is no day to look for updates on | Choose another.
MULTIPLE_UPDATE_REPOSITORIES_ENABLED | several update repositories are enabled | Leave one enabled.
NO_REPOSITORIES_CONFIGURED | no repository is set up | Add one first.
NO_REPOSITORY_ENABLED | no repository is enabled | Enable one first.
PATCH_ALREADY_APPLIED | {0} is applied already
PATCH_ALREADY_EXISTS | the patch {0} is uploaded already
PATCH_APPLY_FAILED | the patch was not applied: {0} | See the server's log.
PATCH_APPLY_FAILED_BACKUP_FILES_EXIST | files of an earlier patch are in the way: {0} | Remove them on the server.
PATCH_IS_APPLIED | the patch is applied | It cannot be removed.
PATCH_PRECHECK_FAILED_ISO_MOUNTED | discs are inserted that {0} needs out of the way | Eject them.
PATCH_PRECHECK_FAILED_OUT_OF_SPACE | {0} needs {2:bytes}, the server has {1:bytes} free | Free some space on the server.
PATCH_PRECHECK_FAILED_PREREQUISITE_MISSING | {0} needs other patches first: {1} | Apply those.
PATCH_PRECHECK_FAILED_UNKNOWN_ERROR | the check for {0} failed: {1} | See the server's log.
PATCH_PRECHECK_FAILED_VM_RUNNING | {0} needs every VM of the server to be off | Move or shut them down.
PATCH_PRECHECK_FAILED_WRONG_SERVER_BUILD | {0} is for build {2}, this is {1} | Get the patch for this build.
PATCH_PRECHECK_FAILED_WRONG_SERVER_VERSION | {0} is for version {2}, this is {1} | Get the patch for this version.
REPOSITORY_ALREADY_EXISTS | that repository is set up already: {0}
REPOSITORY_CLEANUP_FAILED | the repository could not be cleaned up | See the coordinator's log.
REPOSITORY_IS_IN_USE | the repository is in use | Disable it first.
REPOSYNC_FAILED | the repository could not be synchronised | Check its address and the network.
REPO_SHOULD_BE_SINGLE_ONE_ENABLED | exactly one repository has to be enabled | Enable one, disable the others.
SYNC_BUNDLE_IN_PROGRESS | a bundle is being taken in | Wait until it has ended.
SYNC_UPDATES_IN_PROGRESS | updates are being synchronised | Wait until it has ended.
TELEMETRY_NEXT_COLLECTION_TOO_LATE | {0} is too far in the future | Choose an earlier time.
UPDATEINFO_HASH_MISMATCH | the list of updates has changed meanwhile | Look for updates again.
UPDATE_ALREADY_APPLIED | {0} is applied already
UPDATE_ALREADY_APPLIED_IN_POOL | {0} is applied in the pool already
UPDATE_ALREADY_EXISTS | the update {0} is uploaded already
UPDATE_APPLY_FAILED | the update was not applied: {0} | See the server's log.
UPDATE_IS_APPLIED | the update is applied | It cannot be removed.
UPDATE_POOL_APPLY_FAILED | the update was not applied on {0} | Try those servers again.
UPDATE_PRECHECK_FAILED_CONFLICT_PRESENT | {0} does not go with {1} | Choose one of them.
UPDATE_PRECHECK_FAILED_GPGKEY_NOT_IMPORTED | the key that signed {0} is unknown | Import the key first.
UPDATE_PRECHECK_FAILED_OUT_OF_SPACE | {0} needs {2:bytes}, the server has {1:bytes} free | Free some space there.
UPDATE_PRECHECK_FAILED_PREREQUISITE_MISSING | {0} needs {1} first | Apply that.
UPDATE_PRECHECK_FAILED_UNKNOWN_ERROR | the check for {0} failed: {1} | See the server's log.
UPDATE_PRECHECK_FAILED_WRONG_SERVER_VERSION | {0} is for version {2}, this is {1} | Get the update for this version.
UPDATE_SYNCING_REMOTE_POOL_COORDINATOR_CONNECTION_FAILED | the other pool's coordinator does not answer
    | Check the network to it.
UPDATE_SYNCING_REMOTE_POOL_COORDINATOR_SERVICE_FAILED | the other pool's coordinator could not serve updates
    | See its log.
""")
