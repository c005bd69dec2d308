import { optional, withDefault } from '../../packages/runtime/src/index.ts';

/** What docker-compose.yml reads from `.env` besides the names of bridge and agent. */
export const composeEnvironment = {
  COMPOSE_PROFILES: optional('What else is started, a comma between them: selfhost, tls, n8n.'),
  POSTGRES_PASSWORD: withDefault(
    'outdial',
    'Password of the Postgres beside the bridge; set it before the first start.',
  ),
  AGENT_STOP_GRACE_PERIOD: withDefault(
    '16m',
    'How long a stop waits for calls; longer than MAX_CALL_SECONDS and any max_call_seconds.',
  ),
  OUTDIAL_IMAGES: optional(
    'Where images of a release come from, with a slash at the end; unset: built here.',
  ),
  OUTDIAL_VERSION: withDefault('local', 'The version of those images.'),
  OUTDIAL_NETWORK: withDefault('172.30.80', 'The network of the services, without its last number.'),
  OUTDIAL_DOMAIN: withDefault('localhost', 'tls: the name that Caddy gets a certificate for.'),
  REDIS_PASSWORD: optional('selfhost: password of Redis, which does not start without one.'),
  SIP_EXTERNAL_IP: optional(
    'selfhost: the public address that the carrier sees; unset: asked of a public STUN server.',
  ),
  SIP_RTP_PORTS: withDefault('10000-20000', 'selfhost: UDP ports of livekit-sip for sound.'),
  N8N_PORT: withDefault('5678', "n8n: the port of its editor on this machine's loopback."),
  N8N_WEBHOOK_URL: withDefault('http://n8n:5678/', "n8n: what its webhooks' addresses begin with."),
  LAB_PORT: withDefault('8080', 'lab: the port of its bridge on the loopback.'),
};
