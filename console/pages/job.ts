import { html } from "htm/preact";
import { NotFound, type ServerPage, type View } from "../page.ts";
import { JobState, JobView } from "../parts/job-view.ts";

export const Data = JobState;

export const page = {
  name: "job",
  path: "/console/jobs/:id",
  title: ({ title }) => title,
  liveEvery: 500,
  async load({ params, job }) {
    const found = job(params["id"] ?? "");
    if (!found)
      throw new NotFound(
        "This result is gone: results end with the console's server. The order's own events say what was done.",
      );
    return found;
  },
} satisfies ServerPage<typeof Data>;

export const view: View<JobState> = ({ data }) =>
  html`<${JobView} job=${data} /><p><a href=${data.from}>Back to the page it was started on</a></p>`;
