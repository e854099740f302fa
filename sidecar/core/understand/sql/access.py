"""Columns that say who may do what, and tables that are about people: an UPDATE of them is like a GRANT.

Rule: `role` and its like are ordinary words (`messages.role`), so they count only in a table about people or rights;
`is_admin` and a password count everywhere.
"""

import re

from sidecar.core.understand.sql.token import vocabulary

_POWERS = vocabulary(
    "is_admin isadmin admin is_superuser superuser is_super_user is_root is_staff is_owner is_moderator is_sysadmin "
    "is_superadmin super_admin access_level privilege_level permission_level"
)
_SIGN_IN = vocabulary(
    "password passwd pwd passphrase passwordhash password_hash hashed_password encrypted_password password_digest "
    "password_salt passhash pass_hash pw_hash pwd_hash user_pass totp_secret mfa_secret otp_secret mfa_enabled "
    "two_factor_enabled twofactorenabled is_2fa_enabled recovery_codes public_key ssh_key authentication_string"
)
_RIGHTS = vocabulary(
    "role roles role_id user_role userrole user_type account_type permission permissions privilege privileges scope "
    "scopes group_id groups access rights grants can_edit can_delete can_write can_admin"
)
_PEOPLE = re.compile(
    r"user|account|member|auth|employee|staff|login|people|person|admin|permission|privilege|grant|access|customer|acl"
    r"|(^|[._])roles?($|_)|operator|team|principal|identit",
    re.IGNORECASE,
)


def gives_power(column: str) -> bool:
    """Its name says that who has it rules."""
    return column.lower() in _POWERS


def changes_access(column: str, table: str) -> bool:
    """Whether writing the column of that table changes who may do what, or how they sign in."""
    low = column.lower()
    return low in _POWERS or low in _SIGN_IN or (low in _RIGHTS and _PEOPLE.search(table) is not None)
