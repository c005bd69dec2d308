import type { Call } from '../../domain/call.ts';
import type { Pause } from '../../domain/pause.ts';
import { type Html, html } from './html.ts';
import { killSwitchSection } from './kill-switch-section.ts';
import { layout, tokenField } from './layout.ts';
import { localTime } from './local-time.ts';

/** What the first page shows. */
export type CallsView = {
  readonly keyName: string;
  readonly token: string;
  readonly pause: Pause | null;
  /** Whether the key has the scope `admin`. */
  readonly maySwitch: boolean;
  /** Not over yet, the newest first. */
  readonly waiting: readonly Call[];
  readonly live: readonly Call[];
  /** The newest that are over. */
  readonly ended: readonly Call[];
  /** How many of each list are shown at the most. */
  readonly limit: number;
};

const seconds = (ms: number | null): string | null => {
  if (ms === null) return null;
  const whole = Math.round(ms / 1000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};

const NAMES: Readonly<Record<Call['status'], string>> = {
  queued: 'Waiting',
  dispatched: 'Starting',
  dialing: 'Dialling',
  ringing: 'Ringing',
  in_progress: 'Talking',
  completed: 'Completed',
  busy: 'Busy',
  no_answer: 'No answer',
  declined: 'Declined',
  failed: 'Failed',
  canceled: 'Canceled',
  unknown: 'Not known',
};

const item = (call: Call): Html => {
  const talked = seconds(call.outcome?.talk_ms ?? null);
  return html`<li class="call ${call.status}">
<p><strong>${call.destination}</strong> <span class="status">${NAMES[call.status]}</span></p>
${call.outcome === null ? null : html`<p>${call.outcome.message}</p>`}
<p class="facts">${localTime(call.createdAt)}${call.scheduledFor === null || call.outcome !== null ? null : html` · from ${localTime(call.scheduledFor)}`}${talked === null ? null : html` · talked ${talked}`}${call.accountCode === null ? null : html` · ${call.accountCode}`} · <a href="/calls/${call.id}">${call.id}</a></p>
</li>
`;
};

const section = (title: string, calls: readonly Call[], limit: number, none: string): Html => {
  const count = calls.length < limit ? String(calls.length) : `${limit} newest`;
  return html`<section>
<h2>${title} <span class="count">${count}</span></h2>
${calls.length === 0 ? html`<p>${none}</p>` : html`<ul class="calls">${calls.map(item)}</ul>`}
</section>
`;
};

/** The first page after the sign-in: what waits, what is live and how the last calls ended. */
export const callsPage = (view: CallsView): string =>
  layout(
    'Calls',
    html`<p class="hint">As of ${localTime(new Date())}. <a href="/">Refresh</a></p>
${killSwitchSection(view.pause, view.maySwitch ? view.token : null)}${section('Live', view.live, view.limit, 'Nobody is being called.')}
${section('Waiting', view.waiting, view.limit, 'No call waits.')}
${section('Ended', view.ended, view.limit, 'No call has ended yet.')}`,
    html`<form method="post" action="/sign-out">${tokenField(view.token)}<span class="hint">${view.keyName}</span> <button>Sign out</button></form>`,
  );
