export { startPostgres, type TestPostgres } from '@outdial/lab';
