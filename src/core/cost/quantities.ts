/** How much of what a service takes of AWS in a month, by the names that templates register (`billing`). Dollars are bill.ts's. */
import { gbSecondsOf, type Prices, stepsFor, unitPrice } from './prices.ts';
import {
  assumedCapacityPerSecond,
  hoursPerMonth,
  readyShare,
  requestsPerMonth,
  secondsPerMonth,
  serversFor,
  type Traffic,
} from './traffic.ts';

/** What a service takes of AWS. Absent fields are assumed as `assumptions` says. */
export interface Service {
  /** Quantities per request or per hour, by the names that templates use. */
  readonly billing: Readonly<Record<string, number | string>>;
  /** Of its function; a service without one has neither. */
  readonly memoryMb?: number;
  readonly cpuArchitecture?: 'x86_64' | 'arm64';
  /** The mean of an invocation's, each rounded up, those that began cold included. */
  readonly billedMs?: number;
  /** Share of requests that start a process: what SnapStart restores. */
  readonly coldShare?: number;
  /** Instances kept ready all month; their share of the requests is billed at its own price: as much as they can serve. */
  readonly provisionedConcurrency?: number;
  readonly provisionedShare?: number;
  readonly snapStart?: boolean;
  /** Of /tmp, MB; 512 are free. */
  readonly ephemeralMb?: number;
  readonly logBytesPerRequest?: number;
  readonly responseBytes?: number;
  readonly requestBytes?: number;
  /** Requests/s of one server or task. */
  readonly capacityPerSecond?: number;
}

/** START, END and REPORT lines of an invocation; from memory. */
export const assumedLogBytes = 300;
/** An answer of the counter with its headers. */
export const assumedResponseBytes = 500;
/** Connections that a load balancer sees opened a request, where clients keep them. */
const openedPerRequest = 0.01;
const gigabyte = 1024 ** 3;

/** What is being billed and how much of it, before it has a price. */
export interface Line {
  readonly what: string;
  readonly price: string;
  readonly quantity: number;
  /** Factor of the list price: Spot. */
  readonly share?: number;
}

const perRequest: Readonly<Record<string, readonly [what: string, price: string]>> = {
  httpApiRequests: ['HTTP API', 'apiGateway.http.requests'],
  restApiRequests: ['REST API', 'apiGateway.rest.requests'],
  dynamodbWriteUnits: ['DynamoDB writes', 'dynamodb.writeUnits'],
  dynamodbReadUnits: ['DynamoDB reads', 'dynamodb.readUnits'],
  s3Puts: ['S3 writes', 's3.puts'],
  s3Gets: ['S3 reads', 's3.gets'],
  sqsRequests: ['SQS', 'sqs.requests'],
  stateTransitions: ['Step Functions', 'states.transitions'],
};

/** A month's, however many requests come. */
const perMonth: Readonly<Record<string, readonly [what: string, price: string, units: number]>> = {
  loadBalancers: ['Load balancer', 'alb.hours', hoursPerMonth],
  natGateways: ['NAT gateway', 'nat.hours', hoursPerMonth],
  eksClusters: ['Kubernetes control plane', 'eks.cluster.hours', hoursPerMonth],
  dynamodbGb: ['DynamoDB storage', 'dynamodb.storage.gbMonths', 1],
  s3Gb: ['S3 storage', 's3.storage.gbMonths', 1],
  efsGb: ['EFS storage', 'efs.storage.gbMonths', 1],
  alarms: ['Alarms', 'cloudwatch.alarms', 1],
};

/** Keys that others of the same bill read. */
const readElsewhere = [
  ...['instanceType', 'instances', 'publicIpv4Addresses', 'volumeGb', 'controlPlaneVolumeGb', 'volumeType'],
  ...['fargateVcpu', 'fargateGb', 'fargateSpot', 'fargateEphemeralGb', 'tasks', 'sqsMessageBytes'],
];

const amount = ({ billing }: Service, name: string): number => {
  const given = billing[name];
  return typeof given === 'number' ? given : 0;
};

const gatewaySteps = (name: string, service: Service, prices: Prices): number => {
  const { requestBytes = 0, responseBytes = assumedResponseBytes } = service;
  if (name === 'httpApiRequests')
    return stepsFor(prices, 'apiGateway.http.bytes', Math.max(requestBytes, responseBytes));
  return name === 'sqsRequests' ? stepsFor(prices, 'sqs.bytes', amount(service, 'sqsMessageBytes')) : 1;
};

const requestLines = (service: Service, requests: number, prices: Prices): readonly Line[] =>
  Object.entries(perRequest).flatMap(([name, [what, price]]) => {
    const each = amount(service, name);
    if (each === 0) return [];
    return [{ what, price, quantity: requests * each * gatewaySteps(name, service, prices) }];
  });

/** Billed by the month as well, of a function whose processes are kept ready. */
const readyLines = (service: Service): readonly Line[] => {
  const { memoryMb = 0, provisionedConcurrency: ready = 0, snapStart = false } = service;
  const architecture = service.cpuArchitecture ?? 'x86_64';
  const gb = memoryMb / 1024;
  const provisioned = `lambda.${architecture}.provisioned.gbSeconds`;
  return [
    { what: 'Provisioned concurrency', price: provisioned, quantity: ready * gb * secondsPerMonth },
    {
      what: 'SnapStart: keeping',
      price: 'lambda.snapStart.cache.gbSeconds',
      quantity: snapStart ? gb * secondsPerMonth : 0,
    },
  ];
};

const functionLines = (service: Service, requests: number): readonly Line[] => {
  const { memoryMb, billedMs } = service;
  if (memoryMb === undefined || billedMs === undefined) return [];
  const architecture = service.cpuArchitecture ?? 'x86_64';
  const isReady = (service.provisionedConcurrency ?? 0) > 0;
  const ready = isReady ? (service.provisionedShare ?? 1) : 0;
  const restored = service.snapStart === true ? requests * (service.coldShare ?? 0) : 0;
  const gbSeconds = requests * gbSecondsOf({ billedMs, memoryMb });
  const beyondFree = Math.max(0, (service.ephemeralMb ?? 512) - 512) / 1024;
  const logGb = (requests * (service.logBytesPerRequest ?? assumedLogBytes)) / gigabyte;
  return [
    { what: 'Lambda requests', price: 'lambda.requests', quantity: requests },
    {
      what: 'Lambda duration',
      price: `lambda.${architecture}.gbSeconds`,
      quantity: gbSeconds * (1 - ready),
    },
    {
      what: 'Lambda duration, provisioned',
      price: `lambda.${architecture}.provisionedDuration.gbSeconds`,
      quantity: gbSeconds * ready,
    },
    {
      what: 'SnapStart: restoring',
      price: 'lambda.snapStart.restore.gb',
      quantity: (restored * memoryMb) / 1024,
    },
    {
      what: 'Lambda /tmp',
      price: 'lambda.ephemeral.gbSeconds',
      quantity: ((requests * billedMs) / 1000) * beyondFree,
    },
    { what: 'Logs: taking in', price: 'logs.ingest.gb', quantity: logGb },
    { what: 'Logs: keeping a month', price: 'logs.storage.gbMonths', quantity: logGb },
  ];
};

const instanceLines = (service: Service, servers: number): readonly Line[] => {
  const { instanceType = '', volumeType = 'gp3' } = service.billing;
  const volume = `ebs.${volumeType}.gbMonths`;
  const own = servers * amount(service, 'volumeGb');
  const controlling = amount(service, 'controlPlaneVolumeGb');
  const hours = instanceType === '' ? 0 : servers * hoursPerMonth;
  return [
    { what: `EC2 ${instanceType}`, price: `ec2.${instanceType}.hours`, quantity: hours },
    { what: `Volumes, ${volumeType}`, price: volume, quantity: own },
    { what: `Volumes of the control plane, ${volumeType}`, price: volume, quantity: controlling },
  ];
};

const taskLines = (service: Service, servers: number, prices: Prices): readonly Line[] => {
  const vcpu = amount(service, 'fargateVcpu');
  if (vcpu === 0) return [];
  const spot = amount(service, 'fargateSpot') > 0;
  const share = spot ? unitPrice(prices, 'fargate.spotShare') : 1;
  const name = spot ? 'Fargate Spot' : 'Fargate';
  const architecture = service.cpuArchitecture ?? 'x86_64';
  const hours = servers * hoursPerMonth;
  return [
    { what: `${name} vCPU`, price: `fargate.${architecture}.vcpuHours`, quantity: hours * vcpu, share },
    {
      what: `${name} memory`,
      price: `fargate.${architecture}.gbHours`,
      quantity: hours * amount(service, 'fargateGb'),
      share,
    },
    {
      what: 'Fargate storage above 20 GB',
      price: 'fargate.ephemeral.gbHours',
      quantity: hours * Math.max(0, amount(service, 'fargateEphemeralGb') - 20),
    },
  ];
};

/** Load balancer capacity units: the largest of its dimensions, of which new connections and bytes may be large here. From memory. */
const balancerLines = (service: Service, traffic: Traffic): readonly Line[] => {
  if (amount(service, 'loadBalancers') === 0) return [];
  const { requestBytes = 0, responseBytes = assumedResponseBytes } = service;
  const gbPerHour = (traffic.requestsPerSecond * 3_600 * (requestBytes + responseBytes)) / gigabyte;
  const units = Math.max((traffic.requestsPerSecond * openedPerRequest) / 25, gbPerHour);
  return [{ what: 'Load balancer capacity', price: 'alb.lcuHours', quantity: units * hoursPerMonth }];
};

/** Servers or tasks; undefined for a service without. */
export const serversOf = (
  service: Service,
): { readonly capacityPerSecond: number; readonly least: number } | undefined => {
  if (service.billing['instanceType'] === undefined && amount(service, 'fargateVcpu') === 0) return undefined;
  return {
    capacityPerSecond: service.capacityPerSecond ?? assumedCapacityPerSecond,
    least: Math.max(1, amount(service, 'instances'), amount(service, 'tasks')),
  };
};

/** What so many requests take, whenever they come. @throws InputError where the prices lack a billing step */
export const workLines = (service: Service, requests: number, prices: Prices): readonly Line[] => [
  ...requestLines(service, requests, prices),
  ...functionLines(service, requests),
  {
    what: 'Data out',
    price: 'dataOut.gb',
    quantity: (requests * (service.responseBytes ?? assumedResponseBytes)) / gigabyte,
  },
];

/** All that a month of this traffic takes of AWS. @throws InputError where the prices lack a billing step */
export const linesOf = (service: Service, traffic: Traffic, prices: Prices): readonly Line[] => {
  const requests = requestsPerMonth(traffic);
  const { provisionedConcurrency = 0, billedMs = 0 } = service;
  const busy = (traffic.requestsPerSecond * billedMs) / 1000;
  const served = { provisionedShare: readyShare(provisionedConcurrency, busy), ...service };
  const scale = serversOf(service);
  const servers = scale === undefined ? 0 : serversFor(scale, traffic);
  // Those that a template registers are of its least number of servers; each further one has one more.
  const addresses =
    amount(service, 'publicIpv4Addresses') === 0
      ? 0
      : amount(service, 'publicIpv4Addresses') + Math.max(0, servers - (scale?.least ?? 0));
  return [
    ...workLines(served, requests, prices),
    ...readyLines(service),
    ...instanceLines(service, servers),
    ...taskLines(service, servers, prices),
    { what: 'Public IPv4', price: 'ipv4.hours', quantity: addresses * hoursPerMonth },
    ...Object.entries(perMonth).map(([name, [what, price, units]]) => ({
      ...{ what, price },
      quantity: amount(service, name) * units,
    })),
    ...balancerLines(service, traffic),
  ];
};

/** Names that nothing here bills, one sentence each. */
export const unknownQuantities = ({ billing }: Service): readonly string[] =>
  Object.keys(billing)
    .filter((name) => !(name in perRequest) && !(name in perMonth) && !readElsewhere.includes(name))
    .map((name) => `"${name}" is a quantity that the cost model does not know`);
