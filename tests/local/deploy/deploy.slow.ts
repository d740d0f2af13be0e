import { join } from 'node:path';
import { buildLab } from '../../../src/local/deploy/build.ts';
import { deployLab } from '../../../src/local/deploy/deploy.ts';
import { type LocalPlane, startPlane } from '../../../src/local/plane.ts';
import { send } from '../fixtures/http.ts';
import { makeLab, plainTemplate, type TestLab } from '../fixtures/lab.ts';

// Real processes on a busy machine.
jest.setTimeout(120_000);

describe('deployLab', () => {
  let lab: TestLab;
  let plane: LocalPlane;
  const progress: string[] = [];
  const onProgress = (line: string) => progress.push(line);
  beforeAll(async () => {
    lab = makeLab();
    plane = await startPlane({ root: lab.root, workDir: join(lab.root, '.latency-lab', 'runs') });
  });
  afterAll(() => plane.stop());

  const deploy = async (stackName: string, onto = plane) => {
    const { targets } = await buildLab({ root: lab.root, only: ['plain'], onProgress });
    const selection = { root: lab.root, labName: 'test', memoryMb: 256, targets };
    return deployLab(onto, { ...selection, stackName, onProgress });
  };

  it('deploys what was built, and it answers over HTTP', async () => {
    const { outputs } = await deploy('good');
    expect(outputs).toEqual({
      Url: expect.stringMatching(/^http:\/\/\w+\.execute-api\.localhost:\d+\/hits$/),
    });
    expect(await send(outputs['Url'] ?? '')).toMatchObject({ status: 200, body: 'first' });
    expect(progress).toEqual(expect.arrayContaining(['Plain: ready', 'good: ready']));
  });

  it('deploys the same build to another plane without packaging it again', async () => {
    const other = await startPlane({ root: lab.root, workDir: join(lab.root, '.latency-lab', 'runs') });
    try {
      const { outputs } = await deploy('good', other);
      expect(await send(outputs['Url'] ?? '')).toMatchObject({ status: 200, body: 'first' });
      expect(progress.filter((line) => line === 'packaging')).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });

  it('names every resource that could not be created, and why', async () => {
    lab.write(
      'templates/plain.json',
      plainTemplate({ Odd: { Type: 'AWS::No::Such', DependsOn: 'plainFunction' } }),
    );
    await expect(deploy('bad')).rejects.toMatchObject({
      name: 'DeployError',
      exitCode: 1,
      message: expect.stringMatching(
        /^sam deploy failed:\nbad-Plain-\S+ \/ Odd \(AWS::No::Such\): .*AWS::No::Such/,
      ),
    });
  });

  it('says what the function of a custom resource said before it failed', async () => {
    lab.write(
      'templates/plain.json',
      plainTemplate({
        Made: {
          Type: 'Custom::Thing',
          Properties: { ServiceToken: { 'Fn::GetAtt': ['plainFunction', 'Arn'] }, ServiceTimeout: 2 },
        },
      }),
    );
    lab.write(
      'src/services/plain/app.ts',
      `export const handler = (): never => { throw new Error('no thing today'); };`,
    );
    await expect(deploy('custom')).rejects.toMatchObject({
      message: expect.stringMatching(
        /Made \(Custom::Thing\): .*timed out after 2s.*\n {2}its function said: .*no thing today/s,
      ),
    });
  });

  it('does not wait for a plane that is gone', async () => {
    lab.write('templates/plain.json', plainTemplate());
    const dead: LocalPlane = {
      ...plane,
      emulatorUrl: 'http://127.0.0.1:1',
      died: Promise.resolve('the emulator ended'),
    };
    await expect(deploy('late', dead)).rejects.toMatchObject({
      name: 'DeployError',
      message: 'the emulator ended',
    });
  });
});
