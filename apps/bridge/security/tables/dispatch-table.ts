/** A body for `POST /dispatch` that is to be refused, on every bridge that may dial Australia alone. */
export type BadDispatch = {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly status: 400 | 403;
  readonly code: string | readonly string[];
};

/** A lab phone: what is wrong about a request is the rest of it. */
export const GOOD = '0491570156';

/** Rows of one field. */
export const rowsOf = (
  field: string,
  status: 400 | 403,
  code: string | readonly string[],
  values: readonly unknown[],
): readonly BadDispatch[] =>
  values.map((value) => ({
    name: `${field} ${JSON.stringify(value)?.slice(0, 80)}`,
    body: { destination: GOOD, [field]: value },
    status,
    code,
  }));
