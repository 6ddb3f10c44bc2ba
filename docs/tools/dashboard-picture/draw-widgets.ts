import type { AlarmWidget, MetricWidget, Widget } from "../../../infra/monitoring/dashboard-widgets.ts";
import type { Stage } from "../../../infra/stage-file/checked-stage.ts";
import { drawGraph } from "./draw-graph.ts";
import { seriesOf } from "./evaluate.ts";
import { SampleDay } from "./sample-day.ts";
import { type Box, escaped, FAINT, INK, rectangle, text } from "./svg.ts";

/** Size of one cell in CloudWatch's grid of 24 columns, px. */
const CELL = { width: 50, height: 46 };
const GAP = 8;
const TILES = 6;
const RED = "#d13212";
const GREEN = "#1d8102";

/** Draws the widgets with a sample day's figures as an SVG. */
export function drawDashboard(widgets: readonly Widget[], stage: Stage): string {
  const day = new SampleDay(stage.config);
  const height = Math.max(...widgets.map((widget) => widget.y + widget.height)) * CELL.height + GAP;
  const width = 24 * CELL.width + GAP;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Open Sans, Helvetica Neue, Arial, sans-serif">
<title>${escaped(`The dashboard order-relay-${stage.name} with invented figures`)}</title>
${rectangle({ x: 0, y: 0, width, height }, 'fill="#f2f3f3"')}
${widgets.map((widget) => drawWidget(widget, stage, day)).join("\n")}
</svg>
`;
}

function drawWidget(widget: Widget, stage: Stage, day: SampleDay): string {
  const box = {
    x: widget.x * CELL.width + GAP,
    y: widget.y * CELL.height + GAP,
    width: widget.width * CELL.width - GAP,
    height: widget.height * CELL.height - GAP,
  };
  if (widget.type === "text") return drawText(widget.properties.markdown, box);
  const card = rectangle(box, 'fill="#ffffff" stroke="#d5dbdb" rx="2"');
  return `${card}\n${widget.type === "alarm" ? drawAlarms(widget, stage, box) : drawMetric(widget, day, box)}`;
}

function drawMetric(widget: MetricWidget, day: SampleDay, box: Box): string {
  const { title, view, annotations, yAxis, setPeriodToTimeRange } = widget.properties;
  const series = seriesOf(widget, day);
  if (view !== "singleValue") {
    return drawGraph({ title, unit: yAxis?.left?.label ?? "", series, marks: annotations?.horizontal ?? [] }, box);
  }
  const [first] = series;
  const value = setPeriodToTimeRange ? first?.values.reduce((sum, one) => sum + one, 0) : first?.values.at(-1);
  return [
    text(title, box.x + 16, box.y + 26, { size: 14, bold: true }),
    text((value ?? 0).toLocaleString("en"), box.x + 16, box.y + 76, { size: 36, fill: first?.color ?? INK }),
    text(first?.label ?? "", box.x + 16, box.y + 104, { fill: FAINT }),
  ].join("\n");
}

/** Alarms in ALARM on the sample day come first. */
function drawAlarms({ properties: { title, alarms } }: AlarmWidget, stage: Stage, box: Box): string {
  const prefix = `order-relay-${stage.name} `;
  const [first] = stage.config.destinations;
  const path = first && `${first.provider}/${first.name}`;
  const rings = (name: string) => name === `dead-letters ${path}`;
  const names = alarms.map((name) => name.replace(prefix, ""));
  const sorted = [...names.filter(rings), ...names.filter((name) => !rings(name))];
  const tile = { width: (box.width - 24) / TILES, height: 40 };
  return [
    text(title, box.x + 16, box.y + 24, { size: 14, bold: true }),
    ...sorted.flatMap((name, index) => {
      const x = box.x + 16 + (index % TILES) * tile.width;
      const y = box.y + 38 + Math.floor(index / TILES) * (tile.height + 4);
      const [what = "", whose = ""] = name.split(" ");
      const color = rings(name) ? RED : GREEN;
      return [
        rectangle(
          { x, y, width: tile.width - 8, height: tile.height },
          `fill="${rings(name) ? "#fdf3f1" : "#f7faf5"}"`,
        ),
        rectangle({ x, y, width: 4, height: tile.height }, `fill="${color}"`),
        text(what, x + 12, y + 17, { size: 12, fill: rings(name) ? RED : INK }),
        text(whose || (rings(name) ? "In alarm" : "OK"), x + 12, y + 33, { size: 12, fill: FAINT }),
      ];
    }),
  ].join("\n");
}

/** The Markdown of the dashboard's text: a heading and paragraphs, wrapped. */
function drawText(markdown: string, box: Box): string {
  const longest = Math.floor((box.width - 32) / 7);
  let y = box.y + 4;
  return markdown
    .split("\n")
    .flatMap((paragraph) => {
      const heading = paragraph.startsWith("# ");
      return lines(paragraph.replace(/^# /, "").replaceAll("`", ""), longest).map((words) => {
        y += heading ? 22 : 20;
        return text(words, box.x + 8, y, { size: heading ? 20 : 13, bold: heading });
      });
    })
    .join("\n");
}

function lines(paragraph: string, longest: number): string[] {
  const found: string[] = [""];
  for (const word of paragraph.split(" ")) {
    const last = found.at(-1) ?? "";
    if (last.length + word.length >= longest) found.push(word);
    else found[found.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return found;
}
