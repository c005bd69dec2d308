// A chain of causes can lead back to its beginning.
const DEEPEST_CAUSE = 5;
const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/;

const codeOf = (error: Error): string | number | undefined => {
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
};

// Postgres quotes the value itself in class 22, data exceptions; elsewhere it is in `detail` only.
const withoutValues = (error: Error): string =>
  DATA_EXCEPTION.test(String(codeOf(error))) ? error.message.replace(/".*"/gs, '"…"') : error.message;

/**
 * Type, code, message, stack and cause of an error and nothing else of it: database drivers put the
 * statement, its parameters and the rows they met into other fields.
 */
export const describeError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return error;
  const code = codeOf(error);
  const message = withoutValues(error);
  const cause = depth < DEEPEST_CAUSE && error.cause instanceof Error ? error.cause : null;
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message,
    ...(error.stack === undefined ? {} : { stack: error.stack.replace(error.message, () => message) }),
    ...(cause === null ? {} : { cause: describeError(cause, depth + 1) }),
  };
};
