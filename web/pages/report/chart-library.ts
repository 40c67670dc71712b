/** What the curve needs of ECharts, and nothing else: a chunk of its own, fetched when a curve is drawn. */
import { init, use } from 'echarts/core'
import { LineChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { SVGRenderer } from 'echarts/renderers'

use([LineChart, GridComponent, TooltipComponent, MarkLineComponent, SVGRenderer])

export { init }
