// A line of the last values, without axes: is it steady, rising, gone?

const kWidth = 120;
const kHeight = 20;

/** in: `length`, how many values fill the width; fewer stand at the right. */
export function Sparkline({ values, length }: { values: readonly number[]; length: number }) {
  const most = Math.max(1, ...values);
  const step = kWidth / (length - 1);
  const points = values.map((value, i) => {
    const x = kWidth - (values.length - 1 - i) * step;
    const y = kHeight - 1 - (value / most) * (kHeight - 3);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg className="sparkline" viewBox={`0 0 ${kWidth} ${kHeight}`} width={kWidth} height={kHeight} aria-hidden="true">
      <polyline points={points.join(" ")} />
    </svg>
  );
}
