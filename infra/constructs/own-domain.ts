import { CfnOutput } from "aws-cdk-lib";
import { ApiMapping, DomainName, EndpointType, type HttpStage, SecurityPolicy } from "aws-cdk-lib/aws-apigatewayv2";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { ARecord, HostedZone, RecordTarget } from "aws-cdk-lib/aws-route53";
import { ApiGatewayv2DomainProperties } from "aws-cdk-lib/aws-route53-targets";
import type { Construct } from "constructs";
import type { Stage } from "../stage-file/checked-stage.ts";

/**
 * A custom domain for webhooks. It outlives the API: the address is registered in every shop, and some channels sign
 * it.
 * @returns `https://hooks.example.com`; undefined if the stage has no domain
 */
export function ownDomain(
  scope: Construct,
  { infrastructure: { domain } }: Stage,
  live: HttpStage,
): string | undefined {
  if (!domain) return undefined;
  const domainName = new DomainName(scope, "Domain", {
    domainName: domain.name,
    certificate: Certificate.fromCertificateArn(scope, "Certificate", domain.certificate),
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  new ApiMapping(scope, "Mapping", { api: live.api, domainName, stage: live });
  if (domain.zone) {
    const { id: hostedZoneId, name: zoneName } = domain.zone;
    const { regionalDomainName, regionalHostedZoneId } = domainName;
    new ARecord(scope, "Record", {
      zone: HostedZone.fromHostedZoneAttributes(scope, "Zone", { hostedZoneId, zoneName }),
      recordName: `${domain.name}.`,
      target: RecordTarget.fromAlias(new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId)),
    });
  } else {
    new CfnOutput(scope, "PointCnameAt", { value: domainName.regionalDomainName }).overrideLogicalId("PointCnameAt");
  }
  return `https://${domain.name}`;
}
