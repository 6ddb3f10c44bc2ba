import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { stageFile, templateOf } from "../../support/synthesised.ts";

const template = templateOf(stageFile());
const routeKeys = (of = template) =>
  of.all("AWS::ApiGatewayV2::Route").map(({ Properties }) => String(Properties["RouteKey"]));
const [live] = template.all("AWS::ApiGatewayV2::Stage");

test("each endpoint has an explicit route, with GET only if its channel needs a handshake; API Gateway answers 404 to the rest", () => {
  deepEqual(routeKeys().sort(), ["GET /webhooks/souk/main", "POST /webhooks/bazaar/main", "POST /webhooks/souk/main"]);
});

test("each route has its own generous throttle: a flood on one endpoint does not affect the others", () => {
  const throttle = { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 };
  deepEqual(live?.Properties["RouteSettings"], Object.fromEntries(routeKeys().map((key) => [key, throttle])));
  const low = templateOf(stageFile({ throttle: { rate: 5, burst: 9 } })).all("AWS::ApiGatewayV2::Stage")[0];
  match(JSON.stringify(low?.Properties["RouteSettings"]), /"ThrottlingRateLimit":5,"ThrottlingBurstLimit":9/);
});

test("a route's throttle follows from what the account runs: forgeries must not take the consumers' concurrency", () => {
  const routeSettings = (changes: Parameters<typeof stageFile>[0]) =>
    JSON.stringify(templateOf(stageFile(changes)).all("AWS::ApiGatewayV2::Stage")[0]?.Properties["RouteSettings"]);
  const least = { accountConcurrency: 10, routeConcurrency: 2 };
  match(routeSettings(least), /"ThrottlingRateLimit":5,"ThrottlingBurstLimit":10/);
  // 60 a second for 100 ms each are 6 at a time, a fifth of 30.
  const most = { accountConcurrency: 30, throttle: { rate: 60, burst: 30 } };
  match(routeSettings(most), /"ThrottlingRateLimit":60,"ThrottlingBurstLimit":30/);
});

test("the access log has the route, and never path, query or headers, which may contain keys and personal data", () => {
  const log = JSON.stringify(live?.Properties["AccessLogSettings"]);
  match(log, /context\.routeKey/);
  doesNotMatch(log, /context\.(path|requestOverride|authorizer)|http\.path|querystring|header|userAgent/i);
});

test("the alarm for throttled webhooks counts them from the access log", () => {
  const [filter] = template.all("AWS::Logs::MetricFilter");
  equal(filter?.Properties["FilterPattern"], '{ $.status = "429" }');
});

test("a webhook's secret has no value at first, and its description names the fields to fill in", () => {
  const secret = template
    .all("AWS::SecretsManager::Secret")
    .find(({ Properties }) => Properties["Name"] === "order-relay/test/endpoints/bazaar/main");
  deepEqual(secret?.Properties, {
    Name: "order-relay/test/endpoints/bazaar/main",
    Description: "JSON with signingSecrets: keys, the first signs",
  });
  // Retained, its name would make the deployment fail that puts the connection back.
  equal(secret?.DeletionPolicy, undefined);
});

test("one line keeps receive-webhook warm: the API calls the alias with provisioned concurrency", () => {
  equal(template.all("AWS::Lambda::Alias").length, 0);
  const warm = templateOf(stageFile({ provisionedConcurrency: 2 }));
  const [alias] = warm.all("AWS::Lambda::Alias");
  deepEqual(alias?.Properties["ProvisionedConcurrencyConfig"], { ProvisionedConcurrentExecutions: 2 });
  const [integration] = warm.all("AWS::ApiGatewayV2::Integration");
  ok(alias && JSON.stringify(integration?.Properties["IntegrationUri"]).includes(alias.id));
});

test("one line gives the webhooks their own domain, with TLS 1.2 or newer", () => {
  const certificate = "arn:aws:acm:eu-central-1:111122223333:certificate/0";
  const own = templateOf(stageFile({ domain: { name: "hooks.example.com", certificate } }));
  const [domain] = own.all("AWS::ApiGatewayV2::DomainName");
  equal(domain?.Properties["DomainName"], "hooks.example.com");
  match(JSON.stringify(domain?.Properties["DomainNameConfigurations"]), /"SecurityPolicy":"TLS_1_2"/);
  equal(own.all("AWS::ApiGatewayV2::ApiMapping").length, 1);
  equal(own.all("AWS::Route53::RecordSet").length, 0, "without a zone, an output names the CNAME's target");
  deepEqual(own.json.Outputs, {
    PointCnameAt: { Value: { "Fn::GetAtt": [domain?.id, "RegionalDomainName"] } },
    WebhookAddress: { Value: "https://hooks.example.com/webhooks/<channel>/<name>" },
  });

  const closed = (of = own) => of.all("AWS::ApiGatewayV2::Api")[0]?.Properties["DisableExecuteApiEndpoint"] ?? false;
  equal(closed(), true, "nothing walks around a CDN in front of the domain");
  equal(closed(template), false, "without a domain it is the only address");
  const kept = { name: "hooks.example.com", certificate, keepApiAddress: true };
  equal(closed(templateOf(stageFile({ domain: kept }))), false);

  const zone = { id: "Z0", name: "example.com" };
  const inRoute53 = templateOf(stageFile({ domain: { name: "hooks.example.com", certificate, zone } }));
  equal(inRoute53.all("AWS::Route53::RecordSet")[0]?.Properties["Name"], "hooks.example.com.");
});
