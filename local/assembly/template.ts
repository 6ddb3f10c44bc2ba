import { ACCOUNT, arn, queueUrl, REGION } from "../aws/aws-account.ts";

export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}

/** A CloudFormation template as synthesised. */
export interface Template {
  Resources: Record<string, Resource>;
  Parameters?: Record<string, { Default?: unknown }>;
}

/** A resource's physical name, and what `Ref` and `Fn::GetAtt` return for it. */
interface Identity {
  /** The property that names it. */
  name: string;
  ref(name: string): string;
  attributes?: Record<string, (name: string) => string>;
}

const self = (name: string): string => name;
const topicArn = (name: string): string => arn("sns", name);
const table: Identity = {
  name: "TableName",
  ref: self,
  attributes: { Arn: (name) => arn("dynamodb", `table/${name}`) },
};

const IDENTITIES: Record<string, Identity> = {
  "AWS::SQS::Queue": {
    name: "QueueName",
    ref: queueUrl,
    attributes: { Arn: (name) => arn("sqs", name), QueueName: self, QueueUrl: queueUrl },
  },
  "AWS::DynamoDB::GlobalTable": table,
  "AWS::DynamoDB::Table": table,
  "AWS::S3::Bucket": { name: "BucketName", ref: self, attributes: { Arn: (name) => `arn:aws:s3:::${name}` } },
  "AWS::SecretsManager::Secret": { name: "Name", ref: (name) => arn("secretsmanager", `secret:${name}-local0`) },
  "AWS::Lambda::Function": {
    name: "FunctionName",
    ref: self,
    attributes: { Arn: (name) => arn("lambda", `function:${name}`) },
  },
  // An alias or version resolves to its function here: each function has one.
  "AWS::Lambda::Alias": { name: "FunctionName", ref: (name) => arn("lambda", `function:${name}`) },
  "AWS::Lambda::Version": { name: "FunctionName", ref: (name) => arn("lambda", `function:${name}`) },
  "AWS::ApiGatewayV2::Api": {
    name: "",
    ref: self,
    attributes: { ApiEndpoint: (name) => `https://${name}.execute-api.${REGION}.amazonaws.com` },
  },
  "AWS::ApiGatewayV2::Integration": { name: "", ref: self },
  "AWS::Events::Rule": { name: "Name", ref: self, attributes: { Arn: (name) => arn("events", `rule/${name}`) } },
  "AWS::SNS::Topic": { name: "TopicName", ref: topicArn, attributes: { TopicArn: topicArn } },
  "AWS::KMS::Key": { name: "", ref: self, attributes: { Arn: (name) => arn("kms", `key/${name}`) } },
  "AWS::IAM::Role": {
    name: "RoleName",
    ref: self,
    attributes: { Arn: (name) => `arn:aws:iam::${ACCOUNT}:role/${name}` },
  },
};

const PSEUDO: Record<string, string> = {
  "AWS::AccountId": ACCOUNT,
  "AWS::Region": REGION,
  "AWS::Partition": "aws",
  "AWS::URLSuffix": "amazonaws.com",
};

/** Resolves CloudFormation's intrinsic functions to their deployed values. An unknown one is an error. */
export interface Resolver {
  resolve(value: unknown): unknown;
  /** The physical name: from the template, or made of stack name and logical ID. */
  nameOf(logicalId: string): string;
}

export function createResolver(stackName: string, template: Template): Resolver {
  function nameOf(logicalId: string): string {
    const { Type, Properties = {} } = resource(logicalId);
    const given = resolve(Properties[identity(Type, logicalId).name]);
    if (typeof given === "string") return given;
    const name = `${stackName}-${logicalId}`;
    return Type === "AWS::S3::Bucket" ? name.toLowerCase() : name;
  }

  function resource(logicalId: string): Resource {
    const found = Object.hasOwn(template.Resources, logicalId) ? template.Resources[logicalId] : undefined;
    if (!found) throw new Error(`The template of ${stackName} refers to ${logicalId}, which it does not contain.`);
    return found;
  }

  const INTRINSICS: Record<string, (argument: unknown) => unknown> = {
    Ref(argument) {
      const name = String(argument);
      if (name === "AWS::StackName") return stackName;
      if (name === "AWS::NoValue") return undefined;
      if (Object.hasOwn(PSEUDO, name)) return PSEUDO[name];
      const parameter = template.Parameters?.[name];
      if (parameter) return parameter.Default;
      return identity(resource(name).Type, name).ref(nameOf(name));
    },
    "Fn::GetAtt"(argument) {
      const [logicalId = "", attribute = ""] = Array.isArray(argument) ? argument : String(argument).split(".");
      const { Type } = resource(logicalId);
      const read = identity(Type, logicalId).attributes?.[attribute];
      if (!read)
        throw new Error(
          `local/assembly/template.ts does not know the attribute ${attribute} of ${Type} (${logicalId}).`,
        );
      return read(nameOf(logicalId));
    },
    "Fn::Join"(argument) {
      const [separator, parts] = argument as [string, unknown];
      return (resolve(parts) as unknown[]).join(separator);
    },
    "Fn::Select"(argument) {
      const [index, list] = argument as [number, unknown];
      return (resolve(list) as unknown[])[Number(index)];
    },
    "Fn::Split"(argument) {
      const [separator, text] = argument as [string, unknown];
      return String(resolve(text)).split(separator);
    },
    "Fn::Sub"(argument) {
      const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, object];
      const own = new Map(Object.entries(variables));
      return text.replace(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, name: string) => {
        if (literal) return whole.replace("!", "");
        if (own.has(name)) return String(resolve(own.get(name)));
        return String(resolve(name.includes(".") ? { "Fn::GetAtt": name } : { Ref: name }));
      });
    },
  };

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first && (first[0] === "Ref" || first[0].startsWith("Fn::"))) {
      const intrinsic = Object.hasOwn(INTRINSICS, first[0]) ? INTRINSICS[first[0]] : undefined;
      if (!intrinsic) throw new Error(`local/assembly/template.ts does not know ${first[0]}: ${JSON.stringify(value)}`);
      return intrinsic(first[1]);
    }
    return Object.fromEntries(entries.map(([key, inner]) => [key, resolve(inner)]));
  }

  return { resolve, nameOf };
}

function identity(type: string, logicalId: string): Identity {
  const known = Object.hasOwn(IDENTITIES, type) ? IDENTITIES[type] : undefined;
  if (!known)
    throw new Error(`local/assembly/template.ts does not know the name of ${type} (${logicalId}); add it there.`);
  return known;
}
