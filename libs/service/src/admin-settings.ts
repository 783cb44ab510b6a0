import { port, text } from './setting.ts';

/** The settings of an admin server that an app runs beside its work, to spread into the schema of the app. */
export const adminSettings = {
  ADMIN_HOST: text().default('127.0.0.1').describe('Address of `/is-alive`, `/ready` and `/metrics`'),
  ADMIN_PORT: port().default(0).describe('Port of the same; 0 lets the system choose'),
};
