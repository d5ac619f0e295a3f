/** The project that Revideo renders: an order of the service, laid out in time. */
import {makeProject} from '@revideo/core';
import {sceneOf} from './scene';
import {loaded} from './loading';

const order = await loaded('/order.json');

export default makeProject({
  scenes: [sceneOf(order)],
  settings: {
    shared: {
      size: {x: order.width, y: order.height},
      background: order.colours.background,
      range: [0, order.duration],
    },
    rendering: {fps: order.fps},
  },
});
