/** The last hour as a small picture: a bar for each minute. */

interface EwsBars {
  /** @param now the minute that the hour ends with, in minutes since 1970 */
  barsOf(hour: EwsCountedMinutes | undefined, now: number): SVGElement;
  /** How many there were in the hour. */
  sumOf(hour: EwsCountedMinutes | undefined, now: number): number;
}

window.ewsSidebar = Object.assign(
  window.ewsSidebar ?? {},
  ((): EwsBars => {
    const MINUTES = 60;
    const HEIGHT = 16;
    const SVG = 'http://www.w3.org/2000/svg';

    /** The 60 counts of the hour. They are shifted here, so that nobody has to be told that a minute has passed. */
    function hourOf(hour: EwsCountedMinutes | undefined, now: number): number[] {
      return Array.from({ length: MINUTES }, (_, at) => hour?.counts[now - MINUTES + 1 + at - hour.from] ?? 0);
    }

    function sumOf(hour: EwsCountedMinutes | undefined, now: number): number {
      return hourOf(hour, now).reduce((sum, count) => sum + count, 0);
    }

    function barsOf(hour: EwsCountedMinutes | undefined, now: number): SVGElement {
      const counts = hourOf(hour, now);
      const most = Math.max(...counts, 1);
      // The root of it, so that one event beside a thousand can still be seen.
      const heightOf = (count: number) => Math.max(2, Math.round(Math.sqrt(count / most) * (HEIGHT - 1)));
      const bars = counts.map((count, at) =>
        count > 0 ? `M${at} ${HEIGHT - 1}v-${heightOf(count)}h1v${heightOf(count)}z` : '',
      );
      const picture = document.createElementNS(SVG, 'svg');
      picture.setAttribute('viewBox', `0 0 ${MINUTES} ${HEIGHT}`);
      picture.setAttribute('class', 'ews-sb-bars');
      picture.setAttribute('role', 'img');
      picture.setAttribute('aria-label', ewsSidebar.say('row.hour', { count: sumOf(hour, now) }));
      picture.append(
        pathOf(`M0 ${HEIGHT - 1}h${MINUTES}v1h-${MINUTES}z`, 'ews-sb-axis'),
        pathOf(bars.join(''), 'ews-sb-counts'),
      );
      return picture;
    }

    function pathOf(line: string, name: string): SVGElement {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('d', line);
      path.setAttribute('class', name);
      return path;
    }

    return { barsOf, sumOf };
  })(),
);
