import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Embedded and real databases start within seconds, also on a busy machine.
    testTimeout: 30_000,
    hookTimeout: 90_000,
  },
});
