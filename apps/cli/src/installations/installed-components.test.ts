import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { installations as wire } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';

const scratch = scratchDir();
const { RUNNING, ERROR } = wire.InstalledComponentStateType;

const instance = (id: string, stateType: wire.InstalledComponentStateType, message: string) => ({
  id,
  state: { stateType, message, stateTime: new Date('2026-01-02T03:04:05.000Z') },
});

describe('list installed-components', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(wire.InstalledComponentsServiceService.listInstalledComponentsCurrentStates, () => ({
      installedComponents: [
        {
          componentType: wire.InstalledComponentType.STREAMS_AGENT,
          instances: [
            instance('streams-agent-a', RUNNING, 'version 1.2.0'),
            instance('streams-agent-b', ERROR, 'version 1.1.0; ControlPlaneUnreachable: no answer'),
          ],
        },
        {
          componentType: wire.InstalledComponentType.EVENT_GATEWAY,
          instances: [instance('gateway-a', RUNNING, 'as others say it')],
        },
      ],
    }));
  });
  afterEach(() => {
    rig.server.close();
  });

  it('shows each instance with its version, where it said one', async () => {
    const time = '2026-01-02T03:04:05.000Z';
    expect((await rig.run('list', 'installed-components', 'i-1')).out.split('\n')).toEqual([
      'COMPONENT      INSTANCE         VERSION  STATE    REPORTED                  MESSAGE',
      `STREAMS_AGENT  streams-agent-a  1.2.0    RUNNING  ${time}`,
      `STREAMS_AGENT  streams-agent-b  1.1.0    ERROR    ${time}  ControlPlaneUnreachable: no answer`,
      `EVENT_GATEWAY  gateway-a                 RUNNING  ${time}  as others say it`,
      '',
    ]);
    expect(rig.server.requests('InstalledComponentsService/ListInstalledComponentsCurrentStates')).toEqual([
      { installationId: 'i-1' },
    ]);
  });

  it('gives names alone, and all that the server said', async () => {
    expect((await rig.run('list', 'installed-components', 'i-1', '-o', 'plain')).out).toBe(
      'streams-agent-a\nstreams-agent-b\ngateway-a\n',
    );
    expect((await rig.run('list', 'installed-components', 'i-1', '-o', 'json')).out).toContain(
      '"message": "version 1.2.0"',
    );
  });
});
