import { type Html, html } from './html.ts';

const LOCAL = new Intl.DateTimeFormat('en-AU', { dateStyle: 'medium', timeStyle: 'short' });

/** A moment in the time zone of the bridge. */
export const localTime = (at: Date): Html =>
  html`<time datetime="${at.toISOString()}">${LOCAL.format(at)}</time>`;
