/** Where the writer of the HTML report puts what it knows into the page that the build made (webview/report/report.html). */
export const REPORT_TITLE = 'HEATLINE_TITLE';
export const REPORT_FACTS = 'HEATLINE_FACTS';
export const REPORT_DATA = '<!--HEATLINE_PROFILE-->';

/** What the page is told beside the profile; JSON in the element with the id `facts`. */
export interface ReportFacts {
  /** What the profile is called. */
  readonly name: string;
  /** Row of the event that is shown first. */
  readonly event: number;
  readonly formatLabel: string;
}
