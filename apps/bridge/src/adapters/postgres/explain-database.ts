import { StoreUnavailable } from '../../ports.ts';
import { StartError } from '../../start-error.ts';
import { translateStoreErrors } from './store-error.ts';

// An address that is none, a TLS handshake that failed, and SQLSTATE classes 28 (login), 3D (no such database) and 42501 (rights).
const SETTINGS = /^(ERR_INVALID_URL|ERR_INVALID_ARG_TYPE|ERR_TLS_.+|28...|3D...|42501)$/;

const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
};

const isAboutSettings = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && SETTINGS.test(String(error.code));

/**
 * Runs the opening of the database.
 *
 * @throws StartError with one sentence when the database is away or DATABASE_URL is wrong.
 */
export const explainDatabase = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await translateStoreErrors(work);
  } catch (error) {
    const cause = error instanceof StoreUnavailable ? error.cause : error;
    if (!(error instanceof StoreUnavailable) && !isAboutSettings(error)) throw error;
    throw new StartError(
      `The database cannot be used: ${reasonOf(cause)}. Check DATABASE_URL (host, port, name, user and password) and that Postgres is up; unset it for the embedded database.`,
      { cause },
    );
  }
};
