import type { App } from '../route.ts';

/** `/openapi.json`: the page that the schemas of all routes make. */
export const openapiRoute = (app: App): void => {
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { access: 'read' },
    schema: { hide: true },
    handler: async () => app.swagger(),
  });
};
