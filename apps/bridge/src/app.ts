import fastify from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { type AddressRange, rangesOf } from './domain/address-range.ts';
import type { ApiKey } from './domain/api-keys.ts';
import { acceptAnyBody } from './http/any-body.ts';
import { limitPerClient } from './http/connections-per-client.ts';
import { addressList } from './http/plugins/address-list.ts';
import { agentSignature } from './http/plugins/agent-signature.ts';
import { authorization } from './http/plugins/authorization.ts';
import { browserSessions } from './http/plugins/browser-sessions.ts';
import { errorAnswers } from './http/plugins/error-answers.ts';
import { floodStop } from './http/plugins/flood-stop.ts';
import { openapi } from './http/plugins/openapi.ts';
import { requestLog } from './http/plugins/request-log.ts';
import { securityHeaders } from './http/plugins/security-headers.ts';
import { type Lifecycle, shutdown } from './http/plugins/shutdown.ts';
import { slowRequest } from './http/plugins/slow-request.ts';
import { storableInput } from './http/plugins/storable-input.ts';
import { trace } from './http/plugins/trace.ts';
import type { App, RouteDeps } from './http/route.ts';
import { agentRoutes } from './http/routes/agent.ts';
import { agentRecordingRoute, agentResultRoute } from './http/routes/agent-keepsakes.ts';
import { backupRoute } from './http/routes/backup.ts';
import { callActionRoutes } from './http/routes/call-actions.ts';
import { callbackRoutes, replayRoute } from './http/routes/callbacks.ts';
import { callRoutes } from './http/routes/calls.ts';
import { dispatchRoute } from './http/routes/dispatch.ts';
import { doNotCallRoutes } from './http/routes/do-not-call.ts';
import { doNotCallImportRoute } from './http/routes/do-not-call-import.ts';
import { eventRoutes } from './http/routes/events.ts';
import { healthRoutes } from './http/routes/health.ts';
import { keepsakeRoutes } from './http/routes/keepsakes.ts';
import { killSwitchRoutes } from './http/routes/kill-switch.ts';
import { livekitWebhookRoute } from './http/routes/livekit-webhook.ts';
import { metricsRoute } from './http/routes/metrics.ts';
import { openapiRoute } from './http/routes/openapi.ts';
import { pages } from './http/routes/pages.ts';
import { playbooksRoute } from './http/routes/playbooks.ts';
import { purgeRoute } from './http/routes/purge.ts';
import { queueRoute } from './http/routes/queue.ts';
import {
  giveUpRequest,
  MOST_CONNECTIONS,
  MOST_CONNECTIONS_PER_CLIENT,
  serverOptions,
} from './http/server-options.ts';
import { Sessions } from './http/sessions.ts';
import type { ReadLiveKitWebhook } from './ports.ts';

/** What the HTTP side needs to be built. */
export type AppDeps = RouteDeps & {
  readonly apiKeys: readonly ApiKey[];
  readonly agentReportSecret: string;
  readonly readLiveKitWebhook: ReadLiveKitWebhook;
  readonly trustProxy: readonly string[];
  /** Who may ask at all; empty: everybody. */
  readonly allowedAddresses: readonly AddressRange[];
  readonly lifecycle: Lifecycle;
  readonly version: string;
};

/** The HTTP side of the bridge: plugins in the order in which they see a request, then the routes. */
export const buildApp = async (deps: AppDeps): Promise<App> => {
  const app = fastify(serverOptions(deps.trustProxy)).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser('text/plain');
  app.server.maxConnections = MOST_CONNECTIONS;
  // Behind these many clients share one address: this host's own programs and the proxy.
  const exempt = rangesOf(['127.0.0.0/8', '::1', ...deps.trustProxy]);
  limitPerClient(app.server, { most: MOST_CONNECTIONS_PER_CLIENT, exempt });

  await app.register(trace);
  await app.register(errorAnswers, { log: deps.log, onError: deps.metrics.errorAnswered });
  await app.register(slowRequest, { giveUp: giveUpRequest });
  await app.register(securityHeaders);
  await app.register(shutdown, { lifecycle: deps.lifecycle });
  await app.register(addressList, { allowed: deps.allowedAddresses });
  await app.register(browserSessions, { sessions: new Sessions(deps.agentReportSecret, deps.apiKeys) });
  await app.register(authorization, { keys: deps.apiKeys, log: deps.log });
  await app.register(floodStop);
  await app.register(storableInput);
  await app.register(requestLog, { log: deps.log });
  await app.register(openapi, { version: deps.version });

  healthRoutes(app, deps);
  dispatchRoute(app, deps);
  callRoutes(app, deps);
  keepsakeRoutes(app, deps);
  purgeRoute(app, deps);
  eventRoutes(app, deps);
  callbackRoutes(app, deps);
  playbooksRoute(app, deps);
  doNotCallRoutes(app, deps);
  killSwitchRoutes(app, deps);
  queueRoute(app, deps);
  metricsRoute(app, deps);
  openapiRoute(app);
  await app.register(async (scope) => pages(scope, deps));
  await app.register(async (scope) => {
    const bodiless = acceptAnyBody(scope.withTypeProvider<ZodTypeProvider>());
    callActionRoutes(bodiless, deps);
    replayRoute(bodiless, deps);
    backupRoute(bodiless, deps);
  });
  await app.register(async (lists) => doNotCallImportRoute(lists.withTypeProvider<ZodTypeProvider>(), deps));
  await app.register(async (hooks) => livekitWebhookRoute(hooks.withTypeProvider<ZodTypeProvider>(), deps));
  await app.register(async (signed) => {
    await signed.register(agentSignature, { secret: deps.agentReportSecret });
    const agent = signed.withTypeProvider<ZodTypeProvider>();
    agentRoutes(agent, deps);
    agentResultRoute(agent, deps);
  });
  await app.register(async (streamed) => {
    const secret = deps.agentReportSecret;
    agentRecordingRoute(streamed.withTypeProvider<ZodTypeProvider>(), { ...deps, secret });
  });

  await app.ready();
  return app;
};
