import type { App } from './route.ts';

/** Routes that need no body take any: workflow tools send one of some type all the same. */
export const acceptAnyBody = (app: App): App => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined);
  return app;
};
