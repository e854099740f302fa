"""The words of the Messages API: strings of closed sets, which say nothing that a person or a tool wrote.

Strategy: what the API itself defines (field names, block types, roles, ids made by the provider) is not judged, where
it stands in the place the API gives it and has exactly the form the API gives it. Everything else is text.

Rules:
- A string is skipped only by this file. A field, type or form that is missing here is read; nothing is lost by that
  but a little time. So this file may lag behind the API, and must never run ahead of it.
- A form never leaves room for a sentence: a set of words, or a prefix and letters of an identifier.
"""

import re

from sidecar.core.wire.spelling import Spelling


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Field names of requests, answers and stream events. A field name in user-shaped JSON (tool inputs, unknown objects)
# is judged all the same.
FIELDS = _words(
    """
    allowed_callers allowed_domains allowed_tools authorization_token blocked_domains budget_tokens cache_control
    cache_creation cache_creation_input_tokens cache_read_input_tokens caller citation citations cited_text city
    clear_at_least clear_tool_inputs code container content content_block context context_management country custom_id
    data default_config defer_loading definition delta description disable_parallel_tool_use display
    display_height_px display_number display_width_px document_index document_title edits effort enabled
    encrypted_content encrypted_index encrypted_stdout end_block_index end_char_index end_page_number
    ephemeral_1h_input_tokens ephemeral_5m_input_tokens error error_code error_message exclude_tools expires_at file_id
    file_type format id index inference_geo input input_examples input_schema input_tokens instructions is_error
    is_file_update keep lines max_characters max_content_tokens max_tokens max_uses mcp_server_name mcp_servers
    media_type message messages metadata model name new_lines new_start num_lines old_lines old_start output_config
    output_format output_tokens output_tokens_details page_age params partial_json region request_id requests result
    retrieved_at return_code role schema search_result_index server_name server_tool_use service_tier signature
    source speed start_block_index start_char_index start_line start_page_number stderr stdout stop_details
    stop_reason stop_sequence stop_sequences stream strict system temperature text thinking timezone title tool
    tool_choice tool_changes tool_configuration tool_name tool_references tool_use_id tools top_k top_p total_lines
    trigger ttl type url usage user_id user_location value web_fetch_requests web_search_requests
    """
)

SPELLING = Spelling(FIELDS)

# Blocks of content. A block of any other type is unknown, and read like any JSON.
BLOCKS = _words(
    """
    text image document search_result thinking redacted_thinking tool_use tool_result server_tool_use mcp_tool_use
    web_search_tool_result web_fetch_tool_result code_execution_tool_result bash_code_execution_tool_result
    text_editor_code_execution_tool_result mcp_tool_result tool_search_tool_result advisor_tool_result
    container_upload compaction tool_reference tool_addition tool_removal mcp_tool_listing
    """
)

# What else `type` says inside blocks, tools, settings and events.
TYPES = BLOCKS | _words(
    """
    base64 url file content ephemeral message error
    web_search_result web_search_tool_result_error web_fetch_result web_fetch_tool_result_error
    code_execution_result code_execution_output code_execution_tool_result_error encrypted_code_execution_result
    bash_code_execution_result bash_code_execution_output bash_code_execution_tool_result_error
    text_editor_code_execution_view_result text_editor_code_execution_create_result
    text_editor_code_execution_str_replace_result text_editor_code_execution_tool_result_error
    tool_search_tool_search_result tool_search_tool_result_error
    advisor_result advisor_redacted_result advisor_tool_result_error
    char_location page_location content_block_location search_result_location web_search_result_location
    tool_definition mcp_toolset mcp_toolset_reference mcp_tool_reference
    enabled disabled adaptive auto any none tool custom direct json_schema approximate
    message_start message_delta message_stop content_block_start content_block_delta content_block_stop ping
    text_delta thinking_delta signature_delta input_json_delta citations_delta compaction_delta
    clear_tool_uses_20250919 clear_thinking_20251015 compact_20260112
    succeeded errored canceled expired input_tokens tool_uses thinking_turns
    """
)

_FORMS: dict[str, re.Pattern[str]] = {
    "role": re.compile("user|assistant|system"),
    "media_type": re.compile(r"image/(png|jpeg|gif|webp)|application/pdf|text/plain"),
    "ttl": re.compile("5m|1h"),
    # Made by the provider: a prefix that says what it is, then letters and digits.
    "id": re.compile(r"(toolu|srvtoolu|mcptoolu|msg|req|container|file|msgbatch)_[A-Za-z0-9]{8,64}"),
    "tool_use_id": re.compile(r"(toolu|srvtoolu|mcptoolu)_[A-Za-z0-9]{8,64}"),
    "model": re.compile(r"claude(-[a-z]{1,12}|-[0-9]{1,8})+(\[1m\])?"),
    "stop_reason": re.compile(
        "end_turn|max_tokens|stop_sequence|tool_use|pause_turn|refusal|model_context_window_exceeded|compaction"
    ),
    "service_tier": re.compile("auto|standard_only|standard|priority|batch"),
    "effort": re.compile("low|medium|high|xhigh|max"),
}


def closed(key: str, value: str) -> bool:
    """Whether a field holds one of the API's own words, and so says nothing."""
    if key == "type":
        return value in TYPES
    form = _FORMS.get(key)
    return form is not None and form.fullmatch(value) is not None


# What the provider encrypted or signed for itself: field, and the types of object in which it means that.
OPAQUE: dict[str, frozenset[str]] = {
    "signature": frozenset({"thinking", "compaction", "signature_delta"}),
    "data": frozenset({"redacted_thinking"}),
    "encrypted_content": frozenset({"web_search_result", "compaction", "compaction_delta", "advisor_redacted_result"}),
    "encrypted_index": frozenset({"web_search_result_location"}),
    "encrypted_stdout": frozenset({"encrypted_code_execution_result"}),
}

# Standard or URL-safe base64: no space, so no sentence; a key could pass for it, but then it is no ciphertext either,
# and the provider refuses the call.
BASE64 = re.compile(r"[A-Za-z0-9+/_=-]*")
BASE64_LINES = re.compile(r"[A-Za-z0-9+/_=\r\n-]*")

# Fields of JSON Schema and of tool definitions, and the words of a schema's `type`. Property names are text.
SCHEMA_FIELDS = _words(
    """
    $schema $ref $defs definitions type properties required items enum const anyOf oneOf allOf not description title
    default examples format pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength
    minItems maxItems uniqueItems minProperties maxProperties additionalProperties propertyNames patternProperties
    prefixItems nullable name input_schema cache_control ttl strict
    """
)
SCHEMA_WORDS = _words(
    """
    string number integer boolean object array null ephemeral 5m 1h custom
    http://json-schema.org/draft-07/schema# https://json-schema.org/draft/2020-12/schema
    """
)
