import type { Bootstrap } from './first-start.ts';

/** What the first start made, for the person at the terminal: it is not shown again. */
export function describeBootstrap({ organization, project, admin, installation }: Bootstrap): string {
  return [
    '',
    `Organisation "${organization.name}" (handle ${organization.handle}) was made, with the project "${project.name}".`,
    'These credentials are shown this once; keep them.',
    '',
    `  Administrator ${admin.email}, for: strm auth login`,
    `    client id      ${admin.clientId}`,
    `    client secret  ${admin.clientSecret}`,
    '',
    '  Installation, for the data plane',
    `    STRM_INSTALLATION_ID      ${installation.id}`,
    `    STRM_AUTH_CLIENT_ID       ${installation.clientId}`,
    `    STRM_AUTH_CLIENT_SECRET   ${installation.clientSecret}`,
    '',
    '',
  ].join('\n');
}
