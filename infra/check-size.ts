import { widgetsOf } from "./monitoring/dashboard-widgets.ts";
import type { Stage } from "./stage-file/checked-stage.ts";
import type { Connectors } from "./stage-file/connectors.ts";
import { StageConfigError } from "./stage-file/stage-config-error.ts";
import { bareTemplate, type Resource } from "./template.ts";

type Template = ReadonlyMap<string, Resource>;

const widestGraph = (template: Template): number =>
  Math.max(...widgetsOf(template).map((widget) => (widget.type === "metric" ? widget.properties.metrics.length : 0)));

const MEASURES = [
  {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    what: "CloudFormation resources in a stack",
    most: 500,
    of: (template: Template) => template.size,
  },
  {
    // The default quota. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    what: "routes in an API",
    most: 300,
    of: (template: Template) => [...template.values()].filter(({ Type }) => Type === "AWS::ApiGatewayV2::Route").length,
  },
  {
    // Counts expressions and hidden metrics too:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    what: "CloudWatch metrics in a graph",
    most: 500,
    of: widestGraph,
  },
];

/**
 * Checks that the stage fits into one stack. It counts the template's resources instead of calculating them: a
 * connection's or destination's share depends on its channel, its alarms and how CDK splits long policies.
 * @param template of the whole stage, by logical ID
 * @throws StageConfigError that says how many connections or destinations fit, within one
 */
export function checkSize(stage: Stage, connectors: Connectors, template: Template): void {
  const over = MEASURES.filter(({ of, most }) => of(template) > most);
  if (over.length === 0) return;
  const { connections, destinations } = stage.config;
  const templateWith = (changes: Partial<Stage["config"]>) =>
    bareTemplate({ ...stage, config: { ...stage.config, ...changes } }, connectors);
  const shops = howManyFit(connections.length, template, templateWith({ connections: [] }));
  const accounts = howManyFit(destinations.length, template, templateWith({ destinations: [] }));
  const fitting = [
    ...(shops > 0 ? [`about ${shops} connections fit with all destinations`] : []),
    ...(accounts > 0 ? [`about ${accounts} destinations fit with all connections`] : []),
  ];
  throw new StageConfigError(stage.path, [
    `${connections.length} connections and ${destinations.length} destinations make ${over
      .map(({ of, what, most }) => `${of(template)} ${what}, of which ${most} are allowed`)
      .join(
        " and ",
      )}; ${fitting.join(", or ") || "neither all connections nor all destinations fit"}: move the others to a second stage in the same account (docs/deploy.md, "A second stage")`,
  ]);
}

/** How many of `count` fit, if each takes the same share. */
function howManyFit(count: number, all: Template, none: Template): number {
  return Math.min(
    ...MEASURES.map(({ of, most }) => {
      const each = (of(all) - of(none)) / count;
      return each > 0 ? Math.floor((most - of(none)) / each) : count;
    }),
  );
}
