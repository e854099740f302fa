"""The words of MCP itself: field names and types, which say nothing that a person, a model or a server wrote.

Rules: a word that is missing here is read as text; nothing is lost by that but a little time.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Every method of the revisions 2024-11-05 to 2026-07-28. What is not here is still judged, as any text is.
METHODS = _words(
    """
    initialize ping server/discover subscriptions/listen completion/complete logging/setLevel
    tools/list tools/call prompts/list prompts/get
    resources/list resources/templates/list resources/read resources/subscribe resources/unsubscribe
    tasks/get tasks/result tasks/list tasks/cancel tasks/update
    sampling/createMessage elicitation/create roots/list
    notifications/initialized notifications/cancelled notifications/progress notifications/message
    notifications/roots/list_changed notifications/tools/list_changed notifications/prompts/list_changed
    notifications/resources/list_changed notifications/resources/updated notifications/tasks/status
    notifications/elicitation/complete notifications/subscriptions/acknowledged
    """
)
FIELDS = _words(
    """
    jsonrpc id method params result error code message data name title uri uriTemplate description mimeType text blob
    type role content contents messages tools prompts resources resourceTemplates arguments structuredContent isError
    inputSchema outputSchema requestedSchema annotations execution icons src sizes theme nextCursor cursor _meta
    protocolVersion capabilities clientInfo serverInfo version instructions websiteUrl listChanged subscribe logging
    completions experimental roots sampling elicitation tasks progress progressToken total level logger requestId reason
    ref argument value values hasMore completion context hints modelPreferences systemPrompt includeContext temperature
    maxTokens stopSequences metadata toolChoice mode model stopReason action audience priority lastModified size url
    elicitationId readOnlyHint destructiveHint idempotentHint openWorldHint taskSupport required taskId status ttl
    ttlMs cacheScope resultType inputRequests inputResponses requestState supportedVersions extensions
    """
)
TYPES = _words(
    "text image audio resource resource_link tool_use tool_result ref/prompt ref/resource complete input_required"
)
# Any JSON of somebody else's: every string in it is text, keys too; what stands under a name is the name's value.
FREE = _words("arguments structuredContent _meta data input metadata requestState experimental extensions")
SCHEMAS = _words("inputSchema outputSchema requestedSchema")
MEDIA = ("image", "audio")  # a tuple: what it is compared with may be a list
BASE64 = re.compile(r"[A-Za-z0-9+/_=\r\n-]*")
MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}")
