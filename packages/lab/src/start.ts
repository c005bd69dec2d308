import { setTimeout as delay } from 'node:timers/promises';
import { runDemoCall } from './demo-call.ts';
import { startLab } from './lab.ts';
import { startOutdial } from './outdial.ts';

const startedAt = performance.now();
const say = (line: string): void => {
  process.stdout.write(`[${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${line}\n`);
};

const stops: (() => Promise<void>)[] = [];
let stopping = false;
const stopAll = async (code: number): Promise<void> => {
  if (stopping) return;
  stopping = true;
  for (const stop of stops.reverse()) await stop();
  process.exit(code);
};
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => {
    say('Stopping the lab …');
    void stopAll(code);
  });
}

/** In a container the bridge answers from outside of it; all else stays on its loopback. */
const bridgeHost = (): Record<string, string> =>
  process.env.LAB_BRIDGE_HOST === undefined ? {} : { BRIDGE_HOST: process.env.LAB_BRIDGE_HOST };

const fail = async (error: unknown): Promise<void> => {
  if (stopping) return;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await stopAll(1);
};

try {
  say('LIVEKIT_URL is not set: starting the lab, a telephone network on this machine alone.');
  const lab = await startLab({ onProgress: say });
  stops.push(() => lab.stop());
  const outdial = await startOutdial({
    dir: lab.dir,
    env: { ...lab.env, ...bridgeHost() },
    preferredPort: 8080,
    onDeath: (message) => void fail(message),
  });
  stops.push(() => outdial.stop());
  lab.webhooks.sendTo(outdial.bridgeUrl);
  say(`Bridge and agent are up. Logs: ${lab.dir}`);

  const curl = await runDemoCall(lab, outdial, say);
  say('');
  say('The lab stays up until Ctrl-C. Another call:');
  process.stdout.write(`\n${curl}\n\n`);
  say(`Bridge   ${outdial.bridgeUrl}   (the API is described at ${outdial.bridgeUrl}/openapi.json)`);
  say(`Calls    ${outdial.bridgeUrl}/   (in a browser; sign in with the key)`);
  say(`API key  ${outdial.apiKey}`);
  // Ctrl-C ends the process; until then there is nothing to do but to stay.
  for (;;) await delay(60_000);
} catch (error) {
  await fail(error);
}
