import { html } from './html.ts';
import { layout } from './layout.ts';

/** What went wrong, for somebody with a browser. */
export const errorPage = (title: string, detail: string): string =>
  layout(
    title,
    html`<p role="alert">${detail}</p><p><a href="/">Calls</a> · <a href="/sign-in">Sign in</a></p>`,
  );
