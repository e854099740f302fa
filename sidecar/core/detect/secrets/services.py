"""Credentials of model providers, chat, payment, mail and shops that say themselves what they are."""

from sidecar.core.detect.check.text import varied
from sidecar.core.detect.forms import named, token
from sidecar.core.model.detector import Detector

DETECTORS = (
    token("anthropic-key", "ANTHROPIC_KEY", r"sk-ant-(?:api|admin|oat|ort|sid)\d{2}-[\w\-]{80,120}"),
    token("openai-key", "OPENAI_KEY", r"sk-(?:proj-|svcacct-|admin-|None-)?[\w\-]{20,160}T3BlbkFJ[\w\-]{20,160}"),
    token("openai-project-key", "OPENAI_KEY", r"sk-(?:proj|svcacct|admin)-[\w\-]{40,200}"),
    token("openrouter-key", "OPENROUTER_KEY", r"sk-or-v1-[0-9a-f]{64}"),
    token("sk-key", "API_KEY", r"sk-[A-Za-z0-9]{32,64}\b"),
    token("perplexity-key", "PERPLEXITY_KEY", r"pplx-[A-Za-z0-9]{40,56}"),
    token(
        "huggingface-token", "HUGGINGFACE_TOKEN", r"(?:hf_[A-Za-z]{34}|hf_[A-Za-z0-9]{34,40}|api_org_[A-Za-z]{34})\b"
    ),
    token("groq-key", "GROQ_KEY", r"gsk_[A-Za-z0-9]{48,56}"),
    token("xai-key", "XAI_KEY", r"xai-[A-Za-z0-9]{70,90}"),
    token("replicate-token", "REPLICATE_TOKEN", r"r8_[A-Za-z0-9]{36,40}"),
    token("fireworks-key", "FIREWORKS_KEY", r"fw_[A-Za-z0-9]{22,30}\b"),
    token("langsmith-key", "LANGSMITH_KEY", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    token("nvidia-key", "NVIDIA_KEY", r"nvapi-[\w\-]{60,70}"),
    token("pinecone-key", "PINECONE_KEY", r"pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,70}"),
    token("tavily-key", "TAVILY_KEY", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,40}"),
    token("elevenlabs-key", "ELEVENLABS_KEY", r"sk_[0-9a-f]{48}\b"),
    token("slack-token", "SLACK_TOKEN", r"xox[abposre]-(?:\d-)?[0-9A-Za-z\-]{10,250}"),
    token("slack-config-token", "SLACK_TOKEN", r"xoxe(?:\.xox[bp])?-\d-[A-Za-z0-9]{100,200}"),
    token("slack-app-token", "SLACK_TOKEN", r"xapp-\d-[A-Za-z0-9]{8,14}-\d{8,16}-[A-Za-z0-9]{32,80}"),
    token(
        "slack-webhook",
        "SLACK_WEBHOOK",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,80}",
    ),
    token(
        "discord-bot-token", "DISCORD_TOKEN", r"[MNO][A-Za-z0-9_\-]{23,25}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,38}\b"
    ),
    token("discord-webhook", "DISCORD_WEBHOOK", r"discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w\-]{60,80}"),
    Detector(
        "secret/telegram-bot-token",
        "TELEGRAM_TOKEN",
        r"\b(\d{7,11}:A[\w\-]{34})(?:[^\w\-]|\z)",
        value_group=1,
        validate=varied,
    ),
    token(
        "teams-webhook",
        "TEAMS_WEBHOOK",
        r"[a-z0-9\-]{1,60}\.webhook\.office\.com/webhookb2/[A-Za-z0-9\-]{36}@[A-Za-z0-9\-]{36}/Inc"
        r"omingWebhook/[A-Za-z0-9]{32}/[A-Za-z0-9\-]{36}",
    ),
    token("stripe-key", "STRIPE_KEY", r"[rs]k_(?:live|test|prod)_[A-Za-z0-9]{10,250}"),
    token("stripe-webhook-secret", "STRIPE_SECRET", r"whsec_[A-Za-z0-9+/]{24,64}={0,2}"),
    token("square-token", "SQUARE_TOKEN", r"(?:EAAA[\w\-+=]{60}|sq0[a-z]{3}-[0-9A-Za-z\-_]{22,60})"),
    token("shopify-token", "SHOPIFY_TOKEN", r"shp(?:at|ca|pa|ss|ua|tka)_[0-9a-fA-F]{32}"),
    token(
        "paypal-braintree-token", "BRAINTREE_TOKEN", r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}"
    ),
    token("razorpay-key", "RAZORPAY_KEY", r"rzp_(?:live|test)_[A-Za-z0-9]{14,24}"),
    token("flutterwave-key", "FLUTTERWAVE_KEY", r"FLW(?:PUBK|SECK)(?:_TEST)?-[0-9a-h]{12}(?:[0-9a-h]{20}-X)?"),
    token("paystack-key", "PAYSTACK_KEY", r"sk_(?:live|test)_[0-9a-f]{40}\b"),
    token(
        "plaid-token",
        "PLAID_TOKEN",
        r"access-(?:sandbox|development|production)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    ),
    token("easypost-key", "EASYPOST_KEY", r"EZ[AT]K[A-Za-z0-9]{54}\b"),
    token("shippo-key", "SHIPPO_KEY", r"shippo_(?:live|test)_[0-9a-f]{40}"),
    token("duffel-token", "DUFFEL_TOKEN", r"duffel_(?:test|live)_[A-Za-z0-9_\-=]{43}"),
    token("sendgrid-key", "SENDGRID_KEY", r"SG\.[A-Za-z0-9=_\-]{16,32}[.=][A-Za-z0-9=_.\-]{36,64}"),
    token("sendinblue-key", "BREVO_KEY", r"x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    token("mailgun-key", "MAILGUN_KEY", r"(?:key|pubkey)-[0-9a-f]{32}\b"),
    token("mailgun-signing-key", "MAILGUN_KEY", r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}\b"),
    token("mailchimp-key", "MAILCHIMP_KEY", r"[0-9a-f]{32}-us\d{1,2}\b"),
    token("mandrill-key", "MANDRILL_KEY", r"md-[A-Za-z0-9_\-]{22}\b"),
    token("resend-key", "RESEND_KEY", r"re_[A-Za-z0-9]{8,10}_[A-Za-z0-9]{20,28}\b"),
    token(
        "postmark-token",
        "POSTMARK_TOKEN",
        r"(?:POSTMARK|postmark)[\w\- ]{0,16}[=:]\s?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    ),
    token("twilio-key", "TWILIO_KEY", r"(?:SK|AC)[0-9a-f]{32}\b"),
    token(
        "facebook-token",
        "FACEBOOK_TOKEN",
        r"(?:EAA[MC][A-Za-z0-9]{60,300}|EAACEdEose0cBA[A-Za-z0-9]{20,300}|\d{15,16}(?:\||%7[cC])[\w\-]{27,40})",
    ),
    token("instagram-token", "INSTAGRAM_TOKEN", r"IG(?:QV|AA)[A-Za-z0-9_\-]{100,250}"),
    token("twitter-bearer", "TWITTER_TOKEN", r"A{22}[A-Za-z0-9%+/=]{80,120}", None),
    token("notion-token", "NOTION_TOKEN", r"(?:ntn_\d{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43})\b"),
    token("airtable-token", "AIRTABLE_TOKEN", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    token("asana-token", "ASANA_TOKEN", r"[12]/\d{12,19}(?:/\d{12,19})?:[0-9a-f]{32}\b"),
    token("dropbox-token", "DROPBOX_TOKEN", r"sl\.(?:u\.)?[A-Za-z0-9_\-]{130,1000}"),
    token("figma-token", "FIGMA_TOKEN", r"fig[dou][rh]?_[A-Za-z0-9_\-]{40,44}"),
    token("frameio-token", "FRAMEIO_TOKEN", r"fio-u-[A-Za-z0-9\-_=]{64}"),
    token("typeform-token", "TYPEFORM_TOKEN", r"tfp_[A-Za-z0-9\-_.=]{44,60}"),
    token("hubspot-token", "HUBSPOT_TOKEN", r"pat-(?:na|eu)1-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    token("intra42-secret", "INTRA42_SECRET", r"s-s4t2(?:ud|af)-[0-9a-f]{64}"),
    token("mapbox-token", "MAPBOX_TOKEN", r"[ps]k\.(?:eyJ[A-Za-z0-9_\-]{50,200}|[a-z0-9]{60})\.[A-Za-z0-9_\-]{20,24}"),
    token("maxmind-key", "MAXMIND_KEY", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b"),
    token("contentful-token", "CONTENTFUL_TOKEN", r"CFPAT-[\w\-]{43}"),
    token("gocardless-token", "GOCARDLESS_TOKEN", r"live_[A-Za-z0-9\-_=]{40}\b"),
    named("lob-key", "LOB_KEY", r"lob", r"(?:live|test)_(?:pub_)?[0-9a-f]{31,35}"),
    token("segment-token", "SEGMENT_TOKEN", r"sgp_[A-Za-z0-9]{64}"),
    token("patreon-token", "PATREON_TOKEN", r"patreon_[\w\-]{40,60}"),
    token("zoho-token", "ZOHO_TOKEN", r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}"),
    token("adobe-secret", "ADOBE_SECRET", r"p8e-[A-Za-z0-9\-_]{32}\b"),
    token("scaleway-key", "SCALEWAY_KEY", r"SCW[A-Z0-9]{17}\b"),
    token("rapidapi-key", "RAPIDAPI_KEY", r"[0-9a-f]{10}msh[0-9a-f]{15}p[0-9a-f]{6}jsn[0-9a-f]{12}"),
)
