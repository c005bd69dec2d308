import { voice } from '@livekit/agents';
import type { Logger } from '@outdial/runtime';

type Trouble = { readonly type?: string; readonly recoverable?: boolean; readonly error?: Error };

/** Logs what goes wrong with a session's speech and model providers; `onGone` hears of one that is gone for good. */
export const watchProviders = (
  session: voice.AgentSession,
  onGone: (reason: string) => void,
  log: Logger,
): void => {
  session.on(voice.AgentSessionEventTypes.Error, ({ error }) => {
    const source = error as Trouble;
    const reason = source.error?.message ?? 'failed';
    log.warn(
      { source: source.type, recoverable: source.recoverable, reason },
      'a speech or model provider failed',
    );
    // The framework gives up at the fourth of these only; the callee would hear nothing until then.
    if (source.recoverable === false) onGone(`${source.type}: ${reason}`);
  });
  session.on(voice.AgentSessionEventTypes.Close, ({ reason, error }) => {
    if (reason !== voice.CloseReason.ERROR) return;
    const source = error as Trouble | null | undefined;
    onGone(`${source?.type ?? 'provider'}: ${source?.error?.message ?? 'failed'}`);
  });
};
