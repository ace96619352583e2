"""Named groups of communes, such as “ven biển”: kept by the province, chosen where a bulletin is aired."""
