import { type Html, html } from './html.ts';

/** Where the pages' style is. */
export const STYLE_URL = '/assets/outdial.css';

/** A whole page: `title` without the product's name, `actions` at the right of its head. */
export const layout = (title: string, content: Html, actions: Html | null = null): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Outdial</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${STYLE_URL}">
</head>
<body>
<header><strong>Outdial</strong>${actions}</header>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.text;

/** The hidden field that shows that a form is ours. */
export const tokenField = (token: string): Html => html`<input type="hidden" name="token" value="${token}">`;
