import { StoreUnavailable } from '../../ports.ts';

// Operating system and driver errors that mean "not there", and SQLSTATE classes 08 (connection),
// 53 (out of resources), 57P0x (shut down), 58 (system error) and 25006 (read-only).
const CODES =
  /^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|ENOSPC|EIO|ENOENT|08...|53...|57P0[1-5]|58...|25006|57014|55P03)$/;

const MESSAGES =
  /connection terminated|query read timeout|timeout exceeded when trying to connect|client has encountered a connection error|pglite (instance )?is (already )?clos|cannot use a pool after|driver has already been destroyed/i;

const isUnavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && CODES.test(error.code)) return true;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  return MESSAGES.test(error.message) || isUnavailable(error.cause);
};

/** Runs database work; an absent database becomes `StoreUnavailable`, a faulty statement stays what it is. */
export const translateStoreErrors = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw isUnavailable(error) ? new StoreUnavailable(error) : error;
  }
};
