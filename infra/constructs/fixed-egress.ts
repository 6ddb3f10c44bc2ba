import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import {
  CfnEIP,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";
import type { Stage } from "../stage-file/checked-stage.ts";
import { acknowledge } from "./acknowledge.ts";

/**
 * One fixed IP address for the Lambdas that call providers (Lingxing) or channels (TikTok Shop, Shopee) which accept calls
 * only from allow-listed addresses: a VPC with a NAT gateway in one zone and an Elastic IP, about 37 USD a month when
 * idle (docs/deploy.md). If that zone is down, events and deliveries wait in their queues.
 */
export class FixedEgress extends Construct {
  readonly vpc: IVpc;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    const address = new CfnEIP(this, "Address", { domain: "vpc" });
    // Others have it in their allow lists, so a mistake in the stage file must not release it.
    address.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    const vpc = new Vpc(this, "Network", {
      ipAddresses: IpAddresses.cidr("10.0.0.0/24"),
      maxAzs: 2,
      natGateways: 1,
      natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] }),
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: "Out", subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false, cidrMask: 28 },
        { name: "Functions", subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 26 },
      ],
      // Free, and keeps the ledger's traffic off the NAT gateway, which charges by the gigabyte.
      gatewayEndpoints: {
        Table: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        Bucket: { service: GatewayVpcEndpointAwsService.S3 },
      },
    });
    acknowledge(vpc, {
      "AwsSolutions-VPC7": "Nothing listens in this VPC; the functions log the calls that leave it.",
    });
    // CDK's classes are not written for exactOptionalPropertyTypes.
    this.vpc = vpc as IVpc;
    this.securityGroup = new SecurityGroup(this, "Functions", {
      vpc: this.vpc,
      description: `Functions of order-relay-${stage.name}: out by HTTPS, nothing in`,
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "Providers, channels and AWS, by HTTPS");
    new CfnOutput(this, "AllowListThis", { value: address.attrPublicIp }).overrideLogicalId("AllowListThis");
  }
}
