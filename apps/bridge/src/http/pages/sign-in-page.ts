import { html } from './html.ts';
import { layout, tokenField } from './layout.ts';

/** The page that asks for a key; `problem`: why the last one did not do. */
export const signInPage = (token: string, problem: string | null = null): string =>
  layout(
    'Sign in',
    html`<form method="post" action="/sign-in" class="narrow">
${tokenField(token)}
${problem === null ? null : html`<p role="alert" id="problem" class="problem">${problem}</p>`}
<label for="key">API key</label>
<input id="key" name="key" type="password" required autofocus autocomplete="current-password" spellcheck="false" autocapitalize="none"${problem === null ? null : html` aria-invalid="true" aria-describedby="problem"`}>
<p class="hint">The secret of one of the keys in <code>BRIDGE_API_KEYS</code>. To see calls it needs the scope <code>read</code>.</p>
<button>Sign in</button>
</form>`,
  );
