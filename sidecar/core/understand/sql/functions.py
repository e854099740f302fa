"""Functions, tables and columns that do more than their statement says.

Rules: a table of names, compared without case and without the schema in front, except where the schema is what makes
the name; a name that stands here only because it is a function (`url(…)`) is no offence as a column.
"""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql import places
from sidecar.core.understand.sql.token import vocabulary

_LEAVES, _RUNS, _SECRET = Effect.LEAVES_MACHINE, Effect.RUNS_CODE, Effect.READS_SECRET
_ACCESS, _WRITES, _DELETES = Effect.CHANGES_ACCESS, Effect.WRITES, Effect.DELETES

_FUNCTIONS: dict[tuple[Effect, str], str] = {
    (_RUNS, "runs a program or loads code into the server"): (
        "sys_exec sys_eval sys_bineval xp_cmdshell sp_oacreate sp_oamethod sp_execute_external_script executable "
        "fts3_tokenizer "
        "load_extension sp_start_job sp_add_jobstep xp_regwrite edit shell eval java_method reflect dbms_scheduler "
        "dbms_xslprocessor lo_from_bytea sp_procoption"
    ),
    (_SECRET, "reads files of the server"): (
        "pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file lo_import load_file readfile file filecluster "
        "pg_ls_logdir pg_ls_waldir xp_fileexist xp_subdirs xp_regread fn_get_sql pg_file_read pg_hba_file_rules "
        "sp_readerrorlog read_csv read_csv_auto read_parquet read_json "
        "parquet_scan duckdb_secrets which_secret "
        "pg_ls_tmpdir pg_ls_archive_statusdir table_to_xml database_to_xml schema_to_xml "
        "bfilename read_text read_blob openrowset_bulk utl_file lo_get"
    ),
    (_LEAVES, "speaks to another server"): (
        "dblink dblink_exec dblink_connect dblink_connect_u dblink_open dblink_send_query openrowset opendatasource "
        "openquery url urlcluster s3 s3cluster remote remotesecure hdfs hdfscluster mysql postgresql mongodb odbc jdbc "
        "redis azureblobstorage azureblobstoragecluster gcs iceberg icebergs3 deltalake hudi cluster "
        "clusterallreplicas "
        "http http_get http_post http_put http_delete http_patch http_head urlencode_post xp_dirtree xp_sendmail "
        "sp_send_dbmail sp_addlinkedserver external_query lo_export writefile pg_file_write utl_http utl_smtp "
        "utl_inaddr postgres_scan mysql_scan sqlite_scan read_csv_url aws_s3_export query_export_to_s3 "
        "system$send_email get_presigned_url table_import_from_s3 invoke aws_lambda ai_complete complete"
    ),
    (_ACCESS, "changes who may do what"): (
        "sp_addrolemember sp_addsrvrolemember sp_addlogin sp_adduser sp_password sp_configure sp_grantdbaccess "
        "sp_grantlogin sp_droprolemember sp_changedbowner sp_addrole sp_dropuser pg_reload_conf sp_addremotelogin "
        "sp_droplogin pg_terminate_backend pg_promote"
    ),
    (_DELETES, "takes away"): "pg_switch_wal",
    (Effect.DESTROYS_DATA, "takes away what nothing brings back"): (
        "lo_unlink pg_drop_replication_slot xp_delete_file sp_delete_job sp_dropserver sp_delete_backuphistory"
        " sp_cycle_errorlog"
    ),
    (_WRITES, "changes state"): "setval nextval pg_cancel_backend pg_advisory_lock lo_create lo_put pg_notify",
}
FUNCTIONS: dict[str, tuple[Effect, str]] = {name: deed for deed, names in _FUNCTIONS.items() for name in names.split()}
# They run the SQL in their first text.
RUN_SQL = vocabulary(
    "dblink dblink_exec dblink_send_query query_to_xml query_to_json query_to_xmlschema "
    "query_to_xml_and_xmlschema ts_stat ts_rewrite crosstab openquery external_query sp_executesql "
    "sp_msforeachtable sp_msforeachdb cursor_to_xml connectby run_command_on_workers run_command_on_shards "
    "sp_execute query query_table"
)
# Procedures that only tell.
TELLING = vocabulary(
    "sp_help sp_helptext sp_helpdb sp_helpindex sp_helpconstraint sp_columns sp_tables sp_who sp_who2 "
    "sp_spaceused sp_databases sp_depends sp_lock sp_pkeys sp_fkeys sp_statistics sp_stored_procedures "
    "sp_describe_first_result_set sp_helprole sp_server_info sp_help_job sp_help_jobhistory sp_help_jobactivity "
    "sp_help_jobschedule sp_help_jobstep sp_help_jobserver sp_help_schedule sp_help_operator sp_helpfile "
    "sp_helpfilegroup sp_help_alert"
)

_SECRET_TABLES = vocabulary(
    "pg_shadow pg_authid pg_user_mapping pg_user_mappings pg_hba_file_rules sql_logins syslogins sysxlogins "
    "mysql.user mysql.global_priv mysql.db system.users system.named_collections system.user_directories "
    "user$ dba_users sys.user$ sys.credentials sys.linked_logins sys.asymmetric_keys sys.symmetric_keys "
    "pg_largeobject pg_subscription mysql.slave_master_info mysql.proxies_priv sys.certificates "
    "vault.decrypted_secrets decrypted_secrets auth.users_secrets pg_file_settings"
)
_SECRET_COLUMNS = vocabulary(
    "password passwd pwd pass passphrase passwordhash password_hash hashed_password encrypted_password "
    "password_digest password_salt passhash pass_hash pw_hash pwd_hash user_pass secret secrets secret_key "
    "secretkey client_secret api_key apikey api_secret access_token refresh_token auth_token session_token "
    "bearer_token private_key privatekey ssh_key ssh_private_key totp_secret mfa_secret otp_secret "
    "authentication_string rolpassword encryption_key webhook_secret signing_key recovery_codes "
    "aws_secret_access_key secret_access_key credentials credential oauth_token security_answer"
)
_SECRETS = re.compile(
    r"(^|_)(secrets?|credentials?|passwords?|(api|access|private|signing|encryption|ssh)_?keys?"
    r"|(access|refresh|auth|oauth|api|bearer|session|personal_access)_?tokens?|vault)$"
)
# A call of a function with one of these beginnings, or of somebody's schema, does what its author wrote.
_VERBS = (
    "delete",
    "drop",
    "purge",
    "truncate",
    "remove",
    "wipe",
    "destroy",
    "exec",
    "run_",
    "execute",
    "upload",
    "unload",
    "invoke",
    "shell",
    "eval",
    "send_",
    "export_",
    "import_",
    "write_",
    "http_",
    "reset_",
    "kill",
)
_LATER_VERBS = vocabulary(
    "delete drop purge truncate wipe destroy exec execute kill shell upload unload eval invoke cmdshell"
)
# Families of functions of the server itself: of these only the ones that are named here just compute or tell.
_FAMILIES: dict[str, frozenset[str]] = {
    "pg": vocabulary(
        "typeof size_pretty size_bytes total_relation_size relation_size table_size indexes_size database_size "
        "is_in_recovery backend_pid sleep sleep_for sleep_until column_size column_compression postmaster_start_time "
        "encoding_to_char has_role collation_for options_to_table relation_filepath relation_filenode "
        "tablespace_location tablespace_size tablespace_databases blocking_pids safe_snapshot_blocking_pids "
        "lock_status conf_load_time my_temp_schema try_advisory_lock try_advisory_xact_lock advisory_lock "
        "advisory_xact_lock advisory_unlock describe_object identify_object sequence_last_value wal_lsn_diff "
        "show_all_settings cancel_backend notify index_column_has_property index_has_property char_to_encoding "
        "input_is_valid client_encoding timezone_names timezone_abbrevs partition_tree partition_root "
        "partition_ancestors sequence_parameters prepared_statement cursor prepared_xact available_extensions "
        "snapshot_xmin xact_commit_timestamp filenode_relation basetype trgm"
    ),
    "sys": vocabulary("context guid connect_by_path extract_utc typeid date timestamp"),
    "xp": vocabulary("msver"),
    "lo": frozenset(),
    "http": frozenset(),
    "dblink": frozenset(),
}
_FAMILY_STARTS = {"pg": ("get_", "current_", "last_", "stat_get_", "stats_", "index", "ts_")}
_FILE_READERS = vocabulary(
    "read_csv read_csv_auto read_parquet read_json read_json_auto read_ndjson parquet_scan parquet_metadata "
    "parquet_schema csv_scan sniff_csv read_text read_blob read_xlsx file glob"
)
_VALUES = vocabulary("array jsonb json map list hll regexp string object st date")  # `array_drop` is over values
_KNOWN_SCHEMAS = vocabulary("pg_catalog information_schema sys safe net ml st h3 keys hll_count jsonb")
_HARMLESS_VERBS = frozenset({"removehtml", "removenulls", "dropna", "remove_diacritics"})


def function(name: str, first: str | None = None) -> tuple[Effect, str] | None:
    """What a call of it does beyond computing a value. `first`: its first argument, if that is a text."""
    last = _last(name)
    if first is not None and last in _FILE_READERS:
        return places.read(first)
    return FUNCTIONS.get(last)


def opaque(name: str) -> bool:
    """Nobody but its author knows what a call of it does."""
    low = name.lower()
    schema, _, last = low.rpartition(".")
    if last in FUNCTIONS or last in TELLING or last in _HARMLESS_VERBS:
        return False
    if schema:
        return schema.rpartition(".")[2] not in _KNOWN_SCHEMAS or last.startswith(_VERBS)
    first, *rest = last.split("_")
    if rest and first in _FAMILIES and not last.endswith("is_visible"):
        inner = last[len(first) + 1 :]
        return inner not in _FAMILIES[first] and not inner.startswith(_FAMILY_STARTS.get(first, ()) or ("\0",))
    return last.startswith(_VERBS) or (first not in _VALUES and not _LATER_VERBS.isdisjoint(rest))


def power_table(name: str) -> bool:
    """Who writes to it changes what the server is, or who may do what."""
    low = name.lower()
    schema, _, last = low.rpartition(".")
    owned = schema.rpartition(".")[2] in {"pg_catalog", "mysql", "sys", "cron"} or low == "auth.users"
    return owned or last.startswith(("pg_", "sqlite_master", "sqlite_schema")) or secret_table(name)


def secret_table(name: str) -> bool:
    low = name.lower().replace("..", ".").replace(".dbo.", ".")
    return low in _SECRET_TABLES or _last(low) in _SECRET_TABLES or ".".join(low.split(".")[-2:]) in _SECRET_TABLES


def keeps_secrets(name: str) -> bool:
    """Its name says that all of its rows are keys or passwords."""
    return _SECRETS.search(_last(name)) is not None


def secret_column(name: str) -> bool:
    return _last(name).strip("_") in _SECRET_COLUMNS


def _last(name: str) -> str:
    return name.lower().rpartition(".")[2]
