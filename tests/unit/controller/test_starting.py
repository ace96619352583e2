from controller.features.airings.start_histogram import HEIGHT, WIDTH, spread_out


def test_every_start_is_counted_in_one_bar():
    found = spread_out([-8.0, -0.1, 0.0, 0.4, 3.0, 9.9], late=2)
    assert sum(bar.count for bar in found.bars) == 6
    assert (found.on_time, found.late, found.reach_ms, found.beyond) == (6, 2, 10, 0)
    assert [(bar.low, bar.count) for bar in found.bars] == [(-8, 1), (-1, 1), (0, 2), (3, 1), (9, 1)]


def test_the_bars_stay_inside_the_drawing_and_the_fullest_one_fills_it():
    found = spread_out([one * 37.0 for one in range(-40, 60)])
    assert found.reach_ms == 5000
    assert max(bar.height for bar in found.bars) == HEIGHT
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and bar.y >= 0 for bar in found.bars)


def test_what_lies_beyond_any_scale_goes_into_the_outermost_bars():
    found = spread_out([-9_000_000.0, 9_000_000.0])
    assert (found.beyond, [bar.count for bar in found.bars]) == (2, [1, 1])


def test_nobody_who_began_on_time_is_an_empty_drawing():
    assert spread_out([], late=3).bars == []
