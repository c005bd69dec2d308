export { ConfigError, parseConfig } from './config.ts';
export { type Environment, loadEnvironment } from './environment.ts';
export { createLogger, type Logger, type LogOptions } from './logger.ts';
export { maskPrivate } from './mask.ts';
export { type SignatureHeaders, signReport, verifyReport } from './report-signature.ts';
