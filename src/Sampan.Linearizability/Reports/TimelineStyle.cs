namespace Sampan.Linearizability.Reports;

/// <summary>The look of a timeline.</summary>
internal static class TimelineStyle
{
    public const string Css =
        """
        body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5em; color: #1b1f24; background: #fff; }
        h1 { font-size: 1.4em; } h2 { font-size: 1.1em; margin-top: 2em; }
        .verdict { display: inline-block; padding: .1em .6em; border-radius: .3em; color: #fff; }
        .Linearizable { background: #1a7f37; } .NotLinearizable { background: #cf222e; }
        .Unknown { background: #9a6700; }
        .failure { border-left: 4px solid #cf222e; padding: .2em .8em; background: #fff5f5; }
        .frame { overflow-x: auto; border: 1px solid #d0d7de; border-radius: .4em; }
        .lane { position: relative; border-bottom: 1px solid #eaeef2; }
        .lane > b { position: sticky; left: 0; z-index: 2; display: inline-block; width: 5.5em; padding: .2em .4em;
          background: #f6f8fa; height: 100%; box-sizing: border-box; font-weight: 600; }
        .op { position: absolute; height: 22px; box-sizing: border-box; border: 1px solid #57606a; border-radius: 3px;
          background: #eaeef2; font-size: 11px; line-height: 20px; padding: 0 3px;
          overflow: hidden; white-space: nowrap; }
        .op:hover { z-index: 3; overflow: visible; min-width: max-content; box-shadow: 0 1px 6px #0005; }
        .placed { background: #dafbe1; border-color: #1a7f37; }
        .unplaced { background: #cf222e; border-color: #82071e; color: #fff; font-weight: 600; }
        .open { border-right-style: dashed; opacity: .75; }
        .op i { font-style: normal; font-weight: 700; margin-right: .4em; color: #116329; }
        .end { position: absolute; top: 0; bottom: 0; width: 0; border-left: 2px dashed #cf222e; }
        ol { columns: 3 22em; font-size: 12px; padding-left: 3.5em; } code { font-size: 12px; }
        """;
}
