import type { Pause } from '../../domain/pause.ts';
import { type Html, html } from './html.ts';
import { tokenField } from './layout.ts';
import { localTime } from './local-time.ts';

/** The kill switch as a page shows it; `token`: of its forms, null for who may not switch. */
export const killSwitchSection = (pause: Pause | null, token: string | null): Html => {
  const form =
    token === null
      ? null
      : pause === null
        ? html`<form method="post" action="/pages/pause" class="narrow">
${tokenField(token)}
<label for="reason">Reason, shown to whoever is refused</label>
<input id="reason" name="reason" maxlength="200" autocomplete="off">
<button>Pause dialling</button>
</form>`
        : html`<form method="post" action="/pages/resume">${tokenField(token)}<button>Resume dialling</button></form>`;
  const state =
    pause === null
      ? html`<p>On.</p>`
      : html`<p role="status" class="problem">Paused since ${localTime(pause.since)}${pause.reason === null ? null : html`: ${pause.reason}`}${pause.by === null ? null : html` (key ${pause.by})`}</p>`;
  return html`<section>
<h2>Dialling</h2>
${state}
${form}
</section>
`;
};
